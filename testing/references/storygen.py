"""StoryGen from its published formulas alone: plain torch functions over the tensors of a network, by public name.

Nothing of ComfyUI or of the pack takes part; the schedule is diffusers' own DDIMScheduler. The parts that a test breaks
to see that it notices are attributes.
"""

import torch

from . import diffste

HEADS = 8


class Reference(diffste.Reference):
    """StoryGen's network and pipeline; the convolutions around its blocks are those of any Stable Diffusion."""

    again = 1.0
    """How often h is added once more with the references."""
    norm = "norm4"
    beside = True
    """Text and image are attended to beside each other, not one after the other."""
    noted_after_text = False

    def __init__(self, tensors: dict[str, torch.Tensor]) -> None:
        super().__init__({f"unet.{name}": tensor for name, tensor in tensors.items()})

    def attend(self, place, number, h, text, char):
        name = f"{place}.attentions.{number}"
        return self.look(name, h, text, char) if f"{name}.norm.weight" in self.w else h

    def look(self, name, x, text, passing):
        """A transformer; `passing` is a dictionary to note features in, or (features of references,)."""
        batch, channels, height, width = x.shape
        h = self.conv(f"{name}.proj_in", self.group_norm(f"{name}.norm", x, 1e-6), padding=0)
        h = h.flatten(2).transpose(1, 2)
        block = f"{name}.transformer_blocks.0"
        n = self.layer_norm(f"{block}.norm1", h)
        h = h + self.attention(f"{block}.attn1", n, n, HEADS)
        told = self.attention(f"{block}.attn2", self.layer_norm(f"{block}.norm2", h), text, HEADS)
        if isinstance(passing, dict):
            passing[name.removeprefix("unet.")] = h + told if self.noted_after_text else h
        if isinstance(passing, tuple):
            into = h if self.beside else h + told
            seen = self.attention(
                f"{block}.attn3",
                self.layer_norm(f"{block}.{self.norm}", into),
                passing[0][name.removeprefix("unet.")],
                HEADS,
            )
            h = h + told + self.again * h + seen
        else:
            h = h + told
        value, gate = self.linear(f"{block}.ff.net.0.proj", self.layer_norm(f"{block}.norm3", h)).chunk(2, dim=-1)
        h = h + self.linear(f"{block}.ff.net.2", value * torch.nn.functional.gelu(gate))
        h = h.transpose(1, 2).reshape(batch, channels, height, width)
        return self.conv(f"{name}.proj_out", h, padding=0) + x

    def features(self, x, t, text):
        """What a reference gives, `[1,tokens,channels]` a block."""
        noted: dict[str, torch.Tensor] = {}
        self.noise(x, torch.tensor([t]), text, noted)
        return noted

    def looking(self, x, t, text, several):
        """Predicted noise with the features of references."""
        joined = {name: torch.cat([each[name] for each in several], dim=1) for name in several[0]}
        return self.noise(x, torch.tensor([t]), text, (joined,))

    # The pipeline.

    @staticmethod
    def reference_timestep(t, number, count, stage):
        share = int(t / 10)
        return share * (count - number) if stage == "auto-regressive" else share

    def guided(self, x, t, text, negative, references, null, noise, stage, cfg, image_cfg):
        """Noise by three branches.

        Args:
            references: (latent, text) of each, the oldest first; none for the stage "no".
            null: latent of "no reference".
        """
        if not references:
            none, both = (self.noise(x, torch.tensor([t]), told, None) for told in (negative, text))
            return none + cfg * (both - none)
        seen, unseen = [], []
        for number, (latent, caption) in enumerate(references):
            at = self.reference_timestep(t, number, len(references), stage)
            seen.append(self.features(self.noised(latent, noise, at), at, caption))
            unseen.append(self.features(self.noised(null, noise, at), at, negative))
        none = self.looking(x, t, negative, unseen)
        image = self.looking(x, t, negative, seen)
        both = self.looking(x, t, text, seen)
        return none + image_cfg * (image - none) + cfg * (both - image)

    def drawn(self, start, text, negative, references, null, noise, stage, cfg, image_cfg, steps):
        """Last latents of DDIM from the noise `start`."""
        scheduler = diffste.schedule()
        scheduler.set_timesteps(steps)
        x = start
        for t in scheduler.timesteps:
            eps = self.guided(x, int(t), text, negative, references, null, noise, stage, cfg, image_cfg)
            x = scheduler.step(eps, int(t), x).prev_sample
        return x

    def noised(self, latent, noise, t):
        return diffste.schedule().add_noise(latent, noise, torch.tensor([t]))
