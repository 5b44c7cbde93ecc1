"""DiffSTE from its published formulas alone: plain torch functions over the tensors of a checkpoint, by public name.

Nothing of ComfyUI or of the pack takes part; the schedule is diffusers' own DDIMScheduler.
"""

import math

import torch
from diffusers import AutoencoderKL, DDIMScheduler
from torch.nn import functional

TEXT_HEADS, CHAR_HEADS = 8, 2
START, END = 49406, 49407


class Reference:
    """Every part of the original, over one `state_dict`."""

    mean_of_branches = staticmethod(lambda text, char: (text + char) / 2)

    def __init__(self, tensors: dict[str, torch.Tensor]) -> None:
        self.w = {name: tensor.float() if tensor.is_floating_point() else tensor for name, tensor in tensors.items()}

    # The network.

    def noise(self, x, t, text, char):
        """Predicted noise `[B,4,h,w]` for `x` `[B,9,h,w]` at timesteps `t` `[B]`; without `char` the text's alone."""
        width = self.w["unet.conv_in.weight"].shape[0]
        frequencies = torch.exp(-math.log(10000) * torch.arange(width // 2) / (width // 2))
        angles = t.float()[:, None] * frequencies
        time = torch.cat([angles.cos(), angles.sin()], dim=1)
        time = self.linear(
            "unet.time_embedding.linear_2", functional.silu(self.linear("unet.time_embedding.linear_1", time))
        )
        h = self.conv("unet.conv_in", x)
        skips = [h]
        for level in range(4):
            place = f"unet.down_blocks.{level}"
            for number in (0, 1):
                h = self.resnet(f"{place}.resnets.{number}", h, time)
                h = self.attend(place, number, h, text, char)
                skips.append(h)
            if level < 3:
                h = self.conv(f"{place}.downsamplers.0.conv", h, stride=2)
                skips.append(h)
        h = self.resnet("unet.mid_block.resnets.0", h, time)
        h = self.attend("unet.mid_block", 0, h, text, char)
        h = self.resnet("unet.mid_block.resnets.1", h, time)
        for level in range(4):
            place = f"unet.up_blocks.{level}"
            for number in (0, 1, 2):
                h = self.resnet(f"{place}.resnets.{number}", torch.cat([h, skips.pop()], dim=1), time)
                h = self.attend(place, number, h, text, char)
            if level < 3:
                h = self.conv(f"{place}.upsamplers.0.conv", functional.interpolate(h, scale_factor=2, mode="nearest"))
        return self.conv("unet.conv_out", functional.silu(self.group_norm("unet.conv_norm_out", h, 1e-5)))

    def attend(self, place, number, h, text, char):
        if f"{place}.attentions.text.{number}.norm.weight" not in self.w:
            return h
        one = self.transformer(f"{place}.attentions.text.{number}", h, text, TEXT_HEADS)
        if char is None:
            return one
        return self.mean_of_branches(one, self.transformer(f"{place}.attentions.char.{number}", h, char, CHAR_HEADS))

    def transformer(self, name, x, context, heads):
        batch, channels, height, width = x.shape
        h = self.conv(f"{name}.proj_in", self.group_norm(f"{name}.norm", x, 1e-6), padding=0)
        h = h.flatten(2).transpose(1, 2)
        block = f"{name}.transformer_blocks.0"
        n = self.layer_norm(f"{block}.norm1", h)
        h = h + self.attention(f"{block}.attn1", n, n, heads)
        h = h + self.attention(f"{block}.attn2", self.layer_norm(f"{block}.norm2", h), context, heads)
        value, gate = self.linear(f"{block}.ff.net.0.proj", self.layer_norm(f"{block}.norm3", h)).chunk(2, dim=-1)
        h = h + self.linear(f"{block}.ff.net.2", value * functional.gelu(gate))
        h = h.transpose(1, 2).reshape(batch, channels, height, width)
        return self.conv(f"{name}.proj_out", h, padding=0) + x

    def attention(self, name, x, context, heads):
        q, k, v = (
            self.linear(f"{name}.{part}", source).unflatten(-1, (heads, -1)).transpose(1, 2)
            for part, source in (("to_q", x), ("to_k", context), ("to_v", context))
        )
        weights = (q @ k.transpose(-1, -2) / math.sqrt(q.shape[-1])).softmax(dim=-1)
        return self.linear(f"{name}.to_out.0", (weights @ v).transpose(1, 2).flatten(2))

    def resnet(self, name, x, time):
        h = self.conv(f"{name}.conv1", functional.silu(self.group_norm(f"{name}.norm1", x, 1e-5)))
        h = h + self.linear(f"{name}.time_emb_proj", functional.silu(time))[:, :, None, None]
        h = self.conv(f"{name}.conv2", functional.silu(self.group_norm(f"{name}.norm2", h, 1e-5)))
        if f"{name}.conv_shortcut.weight" in self.w:
            x = self.conv(f"{name}.conv_shortcut", x, padding=0)
        return x + h

    def linear(self, name, x):
        return functional.linear(x, self.w[f"{name}.weight"], self.w.get(f"{name}.bias"))

    def conv(self, name, x, stride=1, padding=1):
        return functional.conv2d(x, self.w[f"{name}.weight"], self.w[f"{name}.bias"], stride, padding)

    def group_norm(self, name, x, epsilon):
        return functional.group_norm(x, 32, self.w[f"{name}.weight"], self.w[f"{name}.bias"], epsilon)

    def layer_norm(self, name, x):
        return functional.layer_norm(x, x.shape[-1:], self.w[f"{name}.weight"], self.w[f"{name}.bias"])

    # What it is told.

    def characters(self, ids):
        return self.w["char_embedder.char_embedding.weight"][ids] + self.w["char_embedder.position_embedding.weight"]

    def text(self, ids):
        """CLIP's last hidden state `[B,20,width]`, after the final norm, for token ids `[B,20]`."""
        name = "text_encoder.text_model"
        h = self.w[f"{name}.embeddings.token_embedding.weight"][ids]
        h = h + self.w[f"{name}.embeddings.position_embedding.weight"][: ids.shape[1]]
        causal = torch.full((ids.shape[1], ids.shape[1]), -torch.inf).triu(1)
        heads = h.shape[-1] // 64
        for number in range(12):
            layer = f"{name}.encoder.layers.{number}"
            n = self.layer_norm(f"{layer}.layer_norm1", h)
            q, k, v = (
                self.linear(f"{layer}.self_attn.{part}", n).unflatten(-1, (heads, -1)).transpose(1, 2)
                for part in ("q_proj", "k_proj", "v_proj")
            )
            weights = (q @ k.transpose(-1, -2) / math.sqrt(q.shape[-1]) + causal).softmax(dim=-1)
            h = h + self.linear(f"{layer}.self_attn.out_proj", (weights @ v).transpose(1, 2).flatten(2))
            n = self.linear(f"{layer}.mlp.fc1", self.layer_norm(f"{layer}.layer_norm2", h))
            h = h + self.linear(f"{layer}.mlp.fc2", n * torch.sigmoid(1.702 * n))
        return self.layer_norm(f"{name}.final_layer_norm", h)

    def null(self):
        """The empty pair: 20 ends of text without a start, and 20 spaces."""
        return self.text(torch.full((1, 20), END)), self.characters(torch.zeros((1, 20), dtype=torch.long))

    # Pictures.

    def vae(self):
        """diffusers' autoencoder with the checkpoint's weights, whose attention the file names as in 2022."""
        widths = []
        while (name := f"vae.encoder.down_blocks.{len(widths)}.resnets.0.conv1.weight") in self.w:
            widths.append(self.w[name].shape[0])
        model = AutoencoderKL(
            down_block_types=["DownEncoderBlock2D"] * 4,
            up_block_types=["UpDecoderBlock2D"] * 4,
            block_out_channels=widths,
            layers_per_block=2,
            latent_channels=4,
        )
        now = {"query": "to_q", "key": "to_k", "value": "to_v", "proj_attn": "to_out.0"}
        model.load_state_dict(
            {
                ".".join(now.get(part, part) for part in name.split(".")[1:]): tensor
                for name, tensor in self.w.items()
                if name.startswith("vae.")
            }
        )
        return model.eval()

    # The steps.

    def sample(self, noise, text, char, hole, mask, cfg, steps, eta=0.0, generator=None):
        """`[n,4,h,w]` at the VAE's scale: `hole` is the latent times its scale, `mask` 1 where to draw."""
        scheduler = schedule()
        scheduler.set_timesteps(steps)
        null_text, null_char = self.null()
        n = len(noise)
        x = noise
        hidden = torch.cat([mask, hole], dim=1).expand(n, -1, -1, -1)
        for t in scheduler.timesteps:
            given = torch.cat([x, hidden], dim=1)
            e = self.noise(given, t.repeat(n), text.expand(n, -1, -1), char.expand(n, -1, -1))
            if cfg > 1:
                u = self.noise(given, t.repeat(n), null_text.expand(n, -1, -1), null_char.expand(n, -1, -1))
                e = u + cfg * (e - u)
            x = scheduler.step(e, t, x, eta=eta, generator=generator).prev_sample
        return x


def schedule() -> DDIMScheduler:
    return DDIMScheduler(
        num_train_timesteps=1000,
        beta_start=0.00085,
        beta_end=0.012,
        beta_schedule="scaled_linear",
        clip_sample=False,
        set_alpha_to_one=False,
        steps_offset=1,
        prediction_type="epsilon",
        timestep_spacing="leading",
    )
