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

# A worker for each core; files are taken whole, in the order in which they are collected. Large tensors come and go all
# the time: their memory is kept by the process, since asking the system for it anew costs a seventh of the time of tests
# that draw.
TEST := MALLOC_MMAP_THRESHOLD_=67108864 MALLOC_TRIM_THRESHOLD_=134217728 $(RUN) -m pytest --numprocesses=logical --maxprocesses=4 --dist=loadfile --no-loadscope-reorder

# Without ComfyUI, in seconds: on every save.
unit: host
	@$(TEST) tests/unit

# Everything, or `make test AREA=text_mask`: all tests of one capability, before a commit. A worker more than there are
# cores: somebody always waits for a server that starts, or for the editor.
test: host
	@$(TEST) --numprocesses=$$(($$(getconf _NPROCESSORS_ONLN) + 1)) $(if $(AREA),--area $(AREA))

# The small world that tests load, from nothing: about an hour; stopped, it goes on. See testing/world.
world: host
	@$(RUN) -m benchmarks world --write

# The pictures of the README, the docs and the template browser, made anew; they need Chromium.
pictures: host demo
	@$(RUN) runner run workflows/api/cover_flat.json --set 3.image=out/demo/cover.png --out out/flat
	@$(RUN) -c "from glob import glob; from PIL import Image; Image.open(glob('out/flat/*.png')[-1]).convert('RGB').resize((1400, 640)).save('docs/pictures/flat.jpg', quality=85)"
	@DANCHEONG_PICTURES=out/pictures $(RUN) -m pytest tests/browser
	@for template in workflows/*.json; do cp out/pictures/$$(basename $$template .json).jpg workflows/; done
	@cp -r out/pictures/help/. web/docs/
	@mv workflows/cover_finish.jpg docs/pictures/editor.jpg
	@cp out/demo/before_after.jpg workflows/cover_finish.jpg
	@$(RUN) docs strip
	@$(RUN) docs compared
	@$(RUN) docs enlarged

# The documentation site, in out/site; a warning or a dead link fails.
docs: host
	@$(RUN) docs

# The tables of benchmarks/README.md from benchmarks/figures/.
tables: host
	@$(RUN) -m benchmarks tables

fix: host
	@$(RUN) -m ruff check --fix .
	@$(RUN) -m ruff format .

check: host
	@$(RUN) -m ruff check .
	@$(RUN) -m ruff format --check .
	@$(RUN) -m basedpyright --pythonpath $(RUN)

.PHONY: host demo serve unit test world pictures docs tables fix check
