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
