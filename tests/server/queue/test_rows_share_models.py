"""What a job has loaded is there for the next one."""

from dancheong.runner import places

KOREAN = places.PACK / "workflows" / "api" / "korean_prompt.json"
SMALL = ("7.width=64", "7.height=64", "8.steps=1")


def test_a_job_that_differs_only_in_text_loads_no_model_again(cli):
    first = cli.run(KOREAN, *SMALL, "5.text=\uac00\uc744")
    assert first.status == 0 and "Load Checkpoint ..." in first.error and "Load Korean CLIP ..." in first.error
    second = cli.run(KOREAN, *SMALL, "5.text=\uacbd\ubcf5\uad81")
    assert second.status == 0 and "KSampler ..." in second.error and "Encode Text with Topic ..." in second.error
    assert "Load " not in second.error and "CLIP Text Encode (Prompt) ..." not in second.error
