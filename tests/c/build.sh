#!/bin/sh
# Builds and runs the C checks: build.sh TARGET [DIRECTORY] [OPTIONS OF check]
#
#   plain     everything                                         clang     the same, compiled by clang
#   asan      everything under ASan and UBSan, fewer lengths     tsan      the threads program under TSan
#   neon      AArch64 under emulation, fewer lengths             valgrind  a part of it, without AVX-512
#   msan      scalar code, fewer lengths, under MSan (clang)
#   coverage  everything, fewer lengths, and random inputs of the fuzz targets; then coverage.py says which lines and branches
#             outside kernels nothing reached
#
# Objects go to DIRECTORY/TARGET (default build/check). Kernels get the flags of setup.py, checks all warnings.
set -eu
cd "$(dirname "$0")/../.."
target=${1:?plain, clang, asan, tsan, neon, msan, valgrind or coverage}
out=${2:-build/check}/$target
shift
[ $# -gt 0 ] && shift
eval "$(python3 tests/c/flags.py)"

CC=${CC:-gcc}
isas="scalar sse2 avx2 avx512"
[ "$(uname -m)" = x86_64 ] || isas="scalar neon"
extra="" of_core="" fuzzed="" link="-pthread" run="" check="$*"
programs="check oom threads"
case $target in
plain) ;;
clang) CC=clang ;;
asan)
    extra="-g -O1 -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer"
    check="--quick $check" ;;
tsan)
    extra="-g -O1 -fsanitize=thread"
    programs="threads" ;;
neon)
    CC=aarch64-linux-gnu-gcc isas="scalar neon" run="qemu-aarch64-static"
    link="$link -static" check="--quick $check" ;;
msan)
    CC=${MSAN_CC:-clang}
    extra="-g -O1 -fsanitize=memory -fno-omit-frame-pointer -fno-sanitize-recover=all"
    programs="check threads" check="--quick --isa scalar $check" ;;
valgrind)
    extra="-g" run="valgrind -q --error-exitcode=1 --leak-check=full" programs="check"
    check="--quick --isa avx2 $check" ;;
coverage)
    of_core="-O0 -g --coverage -fprofile-update=atomic -Dalways_inline=noinline -Wno-attributes" link="$link --coverage"
    fuzzed="run inverse atoms arrays sequences"
    check="--quick $check" ;;
*) echo "build.sh: no target '$target'" >&2; exit 2 ;;
esac

mkdir -p "$out"
WARNINGS="-Wall -Wextra -Wshadow -Wstrict-prototypes -Werror"
CHECK_FLAGS="-std=c11 -D_DEFAULT_SOURCE -O2 -ffp-contract=off -fno-math-errno -Icsrc $WARNINGS"

# One command a line, run side by side. A source is compiled when anything is newer than its object.
newest=$(ls -t csrc/*.[ch] csrc/*/*.[ch] tests/c/*.[ch] tests/c/build.sh setup.py | head -1)
compile() { # FLAGS SOURCE...
    flags=$1
    shift
    for source; do
        object=$out/$(echo "$source" | tr / _ | sed 's/c$/o/')
        if [ ! "$object" -nt "$newest" ]; then echo "$CC $flags $extra -c $source -o $object"; fi
    done
}
all=$extra
{
    for isa in $isas; do
        eval "flags=\$FLAGS_$isa"
        [ $target-$isa != msan-sse2 ] || extra=""  # the sets after scalar are linked and not run; clang takes minutes for one
        compile "$CFLAGS $flags" csrc/isa/"$isa"_f32.c csrc/isa/"$isa"_f64.c
    done
    extra=$all
    compile "$CFLAGS $of_core" csrc/*.c
    compile "$CHECK_FLAGS" tests/c/*.c
    [ -z "$fuzzed" ] || compile "$CHECK_FLAGS" tests/fuzz/fuzz_*.c tests/fuzz/replay.c
} | xargs -P "$(nproc)" -I '{}' sh -c '{}'

wraps=""
for name in aligned_alloc malloc calloc realloc free pthread_create clock_gettime; do wraps="$wraps -Wl,--wrap=$name"; done
for program in $programs; do
    case $program in
    check) objects="$out/tests_c_check*.o $out/tests_c_scene.o" ;;
    oom) objects="$out/tests_c_oom*.o $out/tests_c_failing.o $wraps" ;;
    *) objects="$out/tests_c_$program.o" ;;
    esac
    $CC $extra $objects "$out"/csrc_*.o $link -lm -o "$out/$program"
done

status=0
for fuzz in $fuzzed; do
    $CC $extra "$out/tests_fuzz_fuzz_$fuzz.o" "$out/tests_fuzz_replay.o" "$out"/csrc_*.o $link -lm -o "$out/replay_$fuzz"
    echo "$target: $fuzz, $("$out/replay_$fuzz" 20000 tests/fuzz/corpus/"$fuzz"/*)" || status=1
done
for program in $programs; do
    [ "$program" = check ] && arguments=$check || arguments=""
    echo "$target: $program $arguments"
    $run "$out/$program" $arguments || status=1
done
[ $target != coverage ] || python3 tests/c/coverage.py "$out" || status=1
exit $status
