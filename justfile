# The one list of commands: `.venv/bin/just`. script/demo and script/test need nothing installed before; these need .venv.

python := ".venv/bin/python"
phases := python + " -m tests.phases"
compile := ".venv/bin/uv pip compile --quiet --generate-hashes --no-emit-index-url --universal --python-version 3.11 --no-header"

# what CI runs: lint, types, contracts, tests
check: lint types contracts test

# the list of commands
[private]
default:
    @.venv/bin/just --list --unsorted

# ruff, djlint, deptry, makemigrations --check, check --deploy
lint:
    {{ phases }} --only lint,format,templates,dependencies,migrations,deploy

# mypy --strict
types:
    {{ phases }} --only types

# import-linter: the walls of the house
contracts:
    {{ phases }} --only contracts

# every test, on servers of its own; arguments go to pytest
test *arguments:
    {{ phases }} --only postgresql,sqlite,browser,synapse -- {{ arguments }}

# one pytest on SQLite, for the minute between two edits
quick *arguments:
    {{ python }} -m pytest -m "not browser and not synapse" {{ arguments }}

# write what `lint` would complain about
fix:
    .venv/bin/ruff check --fix --unsafe-fixes
    .venv/bin/ruff format
    .venv/bin/djlint templates --reformat --quiet

# the whole product on this machine; arguments of script/demo
demo *arguments:
    script/demo {{ arguments }}

# new migrations for changed models
migrations:
    {{ python }} manage.py makemigrations

# extract texts, merge translations, compile; fails when one has no Chinese
messages:
    script/messages

# kill web, worker and beat at random while 1,000 posts go out; count on the fake platform's disk (both databases, both modes)
murder *arguments:
    {{ python }} -m tests.murder --record docs/reference/proof.md {{ arguments }}

# the planner over ten years in every zone, with a jumping clock and lost beats: no slot missing, none double
prove-slots *arguments:
    {{ python }} -m tests.slots --record docs/reference/proof.md {{ arguments }}

# fifty judges at each of a thousand cases in the same moment: one decision each
prove-races *arguments:
    {{ python }} -m tests.races --record docs/reference/proof.md {{ arguments }}

# ninety simulated days twice: what a rehearsal says of drafts, and what the live rules then do, case by case
prove-rehearsal *arguments:
    {{ python }} -m tests.rehearsal --record docs/reference/proof.md {{ arguments }}

# flip a thousand bytes of an audit trail behind the triggers; the verifier must find each
prove-audit *arguments:
    {{ python }} -m tests.tamper --record docs/reference/proof.md {{ arguments }}

# which lines and branches the tests do not reach
coverage *arguments:
    mkdir -p .cache/coverage
    .venv/bin/coverage run -m pytest -m "not browser and not synapse" {{ arguments }}
    .venv/bin/coverage combine --quiet
    .venv/bin/coverage report

# lock what requirements/*.in ask for: hashes of every file, no registry's address
lock *arguments:
    {{ compile }} {{ arguments }} requirements/uv.in -o requirements/uv.txt
    {{ compile }} {{ arguments }} requirements/base.in -o requirements/base.txt
    {{ compile }} {{ arguments }} requirements/build.in -c requirements/base.txt -o requirements/build.txt
    {{ compile }} {{ arguments }} requirements/dev.in -c requirements/base.txt -c requirements/build.txt -o requirements/dev.txt
    {{ compile }} {{ arguments }} requirements/synapse.in -o requirements/synapse.txt

# known vulnerabilities in what is locked
audit:
    .venv/bin/pip-audit --require-hashes --disable-pip -r requirements/base.txt
