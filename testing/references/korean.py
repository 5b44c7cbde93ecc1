"""What transformers and ComfyUI's documented rules give, written out by hand."""

import torch


class Reference:
    """transformers' own text encoder under ComfyUI's rules for chunks, weights, embeddings and clip skip."""

    def __init__(self, model, tokenizer):
        self.model, self.tokenizer = model, tokenizer
        self.start, self.end = tokenizer("")["input_ids"]

    def ids(self, text):
        return self.tokenizer(text)["input_ids"][1:-1]

    def chunk(self, ids):
        return [self.start, *ids, self.end, *[self.end] * (75 - len(ids))]

    @torch.no_grad()
    def states(self, chunk, layer=-1, vectors=None, place=None):
        """`[77,width]` and the unprojected pooled output of one chunk; `vectors` replace the rows from `place` on."""
        text = self.model.text_model
        hook = None
        if vectors is not None:

            def splice(_module, _inputs, rows):
                rows = rows.clone()
                rows[0, place : place + len(vectors)] = vectors
                return rows

            hook = text.embeddings.token_embedding.register_forward_hook(splice)
        out = self.model(torch.tensor([chunk]), output_hidden_states=True)
        if hook:
            hook.remove()
        states = out.last_hidden_state if layer == -1 else text.final_layer_norm(out.hidden_states[layer])
        return states[0], out.last_hidden_state[0, chunk.index(self.end)]

    def weighted(self, segments):
        """ComfyUI's rule: (z - z_empty) * w + z_empty at the places of a weighted segment."""
        ids = [(number, weight) for text, weight in segments for number in self.ids(text)]
        states, _ = self.states(self.chunk([number for number, _ in ids]))
        empty, _ = self.states(self.chunk([]))
        weights = torch.tensor([1.0, *(weight for _, weight in ids), *[1.0] * (76 - len(ids))])[:, None]
        return (states - empty) * weights + empty


class OpenAIText(torch.nn.Module):
    """CLIP's text half as OpenAI published it (github.com/openai/CLIP, model.py), on torch's own attention.

    Args:
        state: under OpenAI's names.
    """

    def __init__(self, state, heads, activation="quick_gelu"):
        super().__init__()
        self.state, self.heads, self.activation = state, heads, activation
        self.layers = 1 + max(int(name.split(".")[2]) for name in state if name.startswith("transformer.resblocks."))

    @torch.no_grad()
    def forward(self, ids):
        """`[n]` ids -> `[n,width]` states of the last layer after its norm, as Stable Diffusion reads them."""
        state = self.state
        x = state["token_embedding.weight"][ids] + state["positional_embedding"][: len(ids)]
        ahead = torch.full((len(ids), len(ids)), float("-inf")).triu(1)
        for number in range(self.layers):
            block = f"transformer.resblocks.{number}."
            attention = torch.nn.MultiheadAttention(x.shape[1], self.heads, batch_first=True)
            attention.load_state_dict(
                {
                    name.removeprefix(f"{block}attn."): tensor
                    for name, tensor in state.items()
                    if f"{block}attn." in name
                }
            )
            y = self._norm(x, f"{block}ln_1")
            x = x + attention(y, y, y, attn_mask=ahead, need_weights=False)[0]
            y = torch.nn.functional.linear(self._norm(x, f"{block}ln_2"), *self._pair(f"{block}mlp.c_fc"))
            y = y * torch.sigmoid(1.702 * y) if self.activation == "quick_gelu" else torch.nn.functional.gelu(y)
            x = x + torch.nn.functional.linear(y, *self._pair(f"{block}mlp.c_proj"))
        return self._norm(x, "ln_final")

    def _pair(self, name):
        return self.state[f"{name}.weight"], self.state[f"{name}.bias"]

    def _norm(self, x, name):
        return torch.nn.functional.layer_norm(x, x.shape[-1:], *self._pair(name))
