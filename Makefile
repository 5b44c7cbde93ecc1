# COMFYUI_PATH=/your/ComfyUI uses that ComfyUI; PYTHON=/your/python uses that interpreter and installs nothing.
ifdef PYTHON
RUN := $(PYTHON)
host:
	@$(PYTHON) runner host --own-interpreter
else
RUN := .venv/bin/python
host:
	@python3 runner host
endif

demo: host
	@$(RUN) runner demo

serve: host
	@$(RUN) runner serve

test: host
	@$(RUN) -m pytest

check: host
	@$(RUN) -m ruff check .
	@$(RUN) -m ruff format --check .
	@$(RUN) -m pyright

.PHONY: host demo serve test check
