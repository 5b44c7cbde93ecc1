"""Particles behind a closing bracket."""

import unicodedata

import pytest
from dancheong.nodes.topic_prompt.josa import is_particle, place_particles

OLD = """
가 이 은 는 을 를 에 에서 에게 에게서 에는 에도 에만 에서는 에서도 의 와 과 도 로 으로 로서 으로서 로써 으로써 로는
으로는 만 만이 만은 만을 까지 까지도 부터 부터는 처럼 보다 한테 한테서 께 께서 께서는 이나 나 라도 이라도 마저 조차
밖에 마다 커녕 하고 이랑 랑 이며 며 이고 고 이다 다 이란 란 이라는 라는 이라고 라고 인 이었다 였다 대로 같이 뿐 뿐만
쯤 씩 들 들이 들은 들을 들의
"""
"""What 0.1.0 knew."""
CHAINS = """
와의 과의 로부터 으로부터의 에서부터 에게로 까지의 만으로는 들과의 들에게서도 에서까지도 뿐이었다 부터라도 처럼은
이라면 마저도
"""
WORDS = "고양이 나라 도로 의도 인도 도시 가로 고도 이자 라면 문화 사람들"


def test_particles_and_chains_of_them_are_known():
    for word in (OLD + CHAINS).split():
        assert is_particle(word) and is_particle(unicodedata.normalize("NFD", word)), word


@pytest.mark.parametrize("word", [*WORDS.split(), "", "a"])
def test_words_are_none(word):
    assert not is_particle(word)


@pytest.mark.parametrize(
    ("text", "placed"),
    [
        ("(설악산: 1.4)을 본다", "(설악산을: 1.4) 본다"),
        ("(설악산 : +1.4 )을", "(설악산을 : +1.4 )"),
        ("( 설악산 )에서는", "( 설악산에서는 )"),
        ("(설악산:-.5)의", "(설악산의:-.5)"),
        ("((설악산:1.2):1.3)가", "((설악산가:1.2):1.3)"),
        ("((설악산) 산:1.3)로부터", "((설악산) 산로부터:1.3)"),
        ("(가을 (설악산)을:1.3)", "(가을 (설악산을):1.3)"),
        ("(설악산:높이)은", "(설악산:높이은)"),
        ("(산\\(설악\\))은", "(산\\(설악\\)은)"),
        ("산\\(설악\\)은", "산\\(설악\\)은"),
        ("(설악산)와의(동해)", "(설악산와의)(동해)"),
        ("()가 (())를 ( )은", "()가 (())를 ( )은"),
        ("(embedding:경제:1.2)와의", "(embedding:경제:1.2) 와의"),
        ("((embedding:경제):1.2)학", "((embedding:경제):1.2) 학"),
    ],
)
def test_a_particle_joins_the_word_that_it_belongs_to(text, placed):
    assert place_particles(text) == (placed, [])


def test_letters_that_macos_takes_apart_are_the_same():
    apart = unicodedata.normalize("NFD", "(설악산: 1.4)을")
    assert place_particles(apart) == (unicodedata.normalize("NFD", "(설악산을: 1.4)"), [])


def test_other_words_stay_and_are_named():
    assert place_particles("(빨간:1.3)고양이 (큰)나라") == ("(빨간:1.3)고양이 (큰)나라", ["고양이", "나라"])
