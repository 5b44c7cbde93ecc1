"""Textual inversion by the recipe of diffusers' example, with its own classes, at the size of the small world.

As examples/textual_inversion/textual_inversion.py has it: the added words are rows of the table, which learns as a
whole with AdamW; after every step all other rows are put back. Latents are given, as ours are kept, too.
`topic_training.py` holds our loop against it.
"""

import torch
from diffusers import DDPMScheduler, UNet2DConditionModel
from torch.nn.functional import mse_loss

from ..testing.world import text
from ..testing.world.latent import BLOCK, CHANNELS
from ..testing.world.network import CONTEXT, HEADS, SETTINGS

SIDE = 64 // BLOCK


class Through(torch.nn.Module):
    """No attention, where diffusers has one and the world's UNet has none."""

    def forward(self, hidden: torch.Tensor, *_, **__) -> tuple[torch.Tensor]:
        return (hidden,)


def unet() -> UNet2DConditionModel:
    """The world's UNet in diffusers' names and with as many weights; they are random."""
    width = SETTINGS["model_channels"]
    # Its `attention_head_dim` is the number of heads.
    network = UNet2DConditionModel(
        sample_size=SIDE,
        in_channels=CHANNELS,
        out_channels=CHANNELS,
        block_out_channels=(width, width),
        layers_per_block=1,
        down_block_types=("CrossAttnDownBlock2D",) * 2,
        up_block_types=("CrossAttnUpBlock2D",) * 2,
        cross_attention_dim=CONTEXT,
        attention_head_dim=HEADS["num_heads"],
        norm_num_groups=32,
    )
    network.up_blocks[0].attentions[1] = Through()
    return network


class Recipe:
    """One run of it.

    Args:
        encoder: a text model of transformers, whose last rows become the added words.
        vectors: how many words are added.
    """

    def __init__(self, encoder, vectors: int) -> None:
        self._encoder, self._unet = encoder, unet()
        self._noises = DDPMScheduler(
            beta_start=0.00085, beta_end=0.012, beta_schedule="scaled_linear", prediction_type="v_prediction"
        )
        words = encoder.get_input_embeddings().num_embeddings
        encoder.resize_token_embeddings(words + vectors, mean_resizing=False)
        self._added = torch.arange(words, words + vectors)
        self._unet.requires_grad_(False)
        encoder.requires_grad_(False)
        self._table = encoder.get_input_embeddings().weight.requires_grad_(True)
        self._before = self._table.detach().clone()
        self._optimizer = torch.optim.AdamW([self._table], lr=1e-3, weight_decay=1e-2)

    def step(self, latents: torch.Tensor, ids: torch.Tensor) -> float:
        """Learn from one batch.

        Args:
            latents: [B, 16, 8, 8].
            ids: tokens of the titles, [B, 77]; the added words are put before them.
        """
        room = text.POSITIONS - len(self._added)
        told = torch.cat([ids[:, :1], self._added.expand(len(ids), -1), ids[:, 1:room]], 1)
        noise = torch.randn_like(latents)
        times = torch.randint(0, 1000, (len(latents),))
        noisy = self._noises.add_noise(latents, noise, times)
        states = self._encoder(told)[0]
        predicted = self._unet(noisy, times, states).sample
        loss = mse_loss(predicted, self._noises.get_velocity(latents, noise, times))
        loss.backward()
        self._optimizer.step()
        self._optimizer.zero_grad()
        others = torch.ones(len(self._table), dtype=torch.bool)
        others[self._added] = False
        with torch.no_grad():
            self._table[others] = self._before[others]
        return loss.item()
