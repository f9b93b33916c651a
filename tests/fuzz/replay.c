/* A fuzz target without libFuzzer: replay N FILE... gives it N inputs of random bytes, always the same ones, and those of files. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { MOST_BYTES = 64 };

int main(int argc, char **argv)
{
    uint8_t data[MOST_BYTES];
    uint64_t state = 1;
    const long n = argc > 1 ? atol(argv[1]) : 0;
    for (long i = 0; i < n; i++) {
        const size_t size = (size_t)i % MOST_BYTES;
        for (size_t k = 0; k < size; k++) {
            state = state * 6364136223846793005u + 1442695040888963407u;
            data[k] = (uint8_t)(state >> 56);
        }
        LLVMFuzzerTestOneInput(data, size);
    }
    for (int i = 2; i < argc; i++) {
        FILE *file = fopen(argv[i], "rb");
        if (!file) return fprintf(stderr, "cannot open %s\n", argv[i]), 2;
        const size_t size = fread(data, 1, sizeof data, file);
        fclose(file);
        LLVMFuzzerTestOneInput(data, size);
    }
    printf("%ld random inputs and %d files\n", n > 0 ? n : 0, argc > 2 ? argc - 2 : 0);
    return 0;
}
