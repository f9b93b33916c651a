#!/bin/sh
# The lines of fastspec/**/*.py that no test reaches:  tests/coverage.sh [PYTEST ARGUMENTS]
#
# Fails unless as many are reached as pyproject.toml says. It wants Python 3.12 or newer, where measuring costs little, with
# the package in editable mode, its extras test and av, and coverage. Programs that tests start are measured, too. Left out
# are tests of full disks, readers that have left, and signals: what those programs meet, their measuring meets as well;
# and those of second interpreters, which coverage does not survive, and of tracers beside it.
set -eu
cd "$(dirname "$0")/.."
rm -rf build/coverage
mkdir -p build/coverage
export COVERAGE_CORE=sysmon COVERAGE_FILE="$PWD/build/coverage/data"
python -m coverage run -m pytest -p no:cacheprovider \
    --deselect tests/test_cli.py::test_program_with_a_real_size_limit \
    --deselect tests/test_cli.py::test_reader_that_has_left_is_no_error \
    --deselect tests/test_cli.py::test_stdout_on_a_full_disk \
    --deselect tests/test_cli.py::test_interrupt_waits_for_an_archive \
    --deselect tests/test_cli.py::test_interrupt_is_not_lost_to_an_error \
    --deselect tests/test_interpreters.py --deselect tests/test_memory.py::test_tracers_that_read_frames_change_nothing \
    "$@" || echo "tests failed: lines may be missing for that"
python -m coverage combine -q
python -m coverage report
