#!/bin/sh
# Builds the fuzz targets by clang, with ASan and UBSan, and runs them. Kernels are compiled by gcc as the wheel has them: clang takes
# minutes to instrument one, and arrays that end at a guard page watch them. Usage: build.sh SECONDS [DIRECTORY] [TARGET...]
#
# FUZZ=fast: without sanitizers, but with the library's own memory at guard pages, too (heap.c); several times the executions.
# SECONDS are those of each target (0: none is run). Objects, findings and the corpora that grow go to DIRECTORY (default
# build/fuzz); the committed corpora, which runs begin with, are read alone. CC may be "ccache clang", KERNEL_CC "ccache gcc".
# The last lines say how many executions there were. `-entropic=0`: choosing inputs would take longer than running them. Ends with 77 where clang lacks its fuzzer.
set -eu
cd "$(dirname "$0")/../.."
seconds=${1:?seconds for each target}
out=${2:-build/fuzz}
shift
[ $# -gt 0 ] && shift
targets=${*:-run inverse atoms arrays sequences}
eval "$(python3 tests/c/flags.py)"

CC=${CC:-clang}
KERNEL_CC=${KERNEL_CC:-gcc}
mkdir -p "$out"
if ! echo 'int LLVMFuzzerTestOneInput(const char *d, unsigned long n) { return d && n > 9; }' |
    $CC -xc -fsanitize=fuzzer,address,undefined - -o "$out/probe" 2>"$out/probe.log"; then
    echo "no fuzzing: $CC lacks the runtime of -fsanitize=fuzzer (Debian: libclang-rt-14-dev)"
    exit 77
fi

case ${FUZZ:-checked} in
checked)
    CHECKS="-fsanitize=fuzzer-no-link,address,undefined,float-cast-overflow -fno-sanitize-recover=all -fno-omit-frame-pointer -g1 -O1"
    link="-fsanitize=fuzzer,address,undefined" ;;
fast)
    CHECKS="-fsanitize-coverage=inline-8bit-counters,pc-table -g1 -O2"
    link="-fsanitize=fuzzer $out/tests_fuzz_heap.o -Wl,--wrap=aligned_alloc -Wl,--wrap=free" ;;
*) echo "build.sh: FUZZ is checked (the default) or fast" >&2; exit 2 ;;
esac
isas="scalar sse2 avx2 avx512"
[ "$(uname -m)" = x86_64 ] || isas="scalar neon"
newest=$(ls -t csrc/*.[ch] csrc/*/*.[ch] tests/fuzz/*.[ch] tests/fuzz/build.sh setup.py | head -1)
compile() { # COMPILER AND FLAGS, SOURCE...
    command=$1
    shift
    for source; do
        object=$out/$(echo "$source" | tr / _ | sed 's/c$/o/')
        [ "$object" -nt "$newest" ] || echo "$command -c $source -o $object"
    done
}
{
    for isa in $isas; do
        eval "flags=\$FLAGS_$isa"
        compile "$KERNEL_CC $CFLAGS $flags" csrc/isa/"$isa"_f32.c csrc/isa/"$isa"_f64.c
    done
    compile "$CC $CFLAGS $CHECKS" csrc/*.c
    compile "$CC $CHECKS -std=c11 -D_DEFAULT_SOURCE -Icsrc -Wall -Wextra -Werror" tests/fuzz/*.c
} | xargs -P "$(nproc)" -I '{}' sh -c '{}'

for target in $targets; do
    $CC "$out/tests_fuzz_fuzz_$target.o" "$out"/csrc_*.o $link -pthread -lm -o "$out/fuzz_$target"
done
[ "$seconds" -gt 0 ] || exit 0

status=0
for target in $targets; do
    mkdir -p "$out/corpus_$target"
    "$out/fuzz_$target" -max_total_time="$seconds" -max_len=64 -entropic=0 -timeout=20 -rss_limit_mb=2048 -print_final_stats=1 -verbosity=1 \
        -artifact_prefix="$out/$target-" "$out/corpus_$target" "tests/fuzz/corpus/$target" >"$out/$target.log" 2>&1 ||
        { status=1; tail -n 40 "$out/$target.log"; }
    echo "$target: $(sed -n 's/^stat::number_of_executed_units: *//p' "$out/$target.log") executions"
done
exit $status
