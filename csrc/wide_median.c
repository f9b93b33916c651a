/* wide_median: a running median whose cost does not depend on how wide the window is. Its values are counted by rank, in a
 * tree of sums (P. M. Fenwick, "A new data structure for cumulative frequency tables", 1994), where the rank of the median
 * is found, and a count changed, in log2 of the number of values. */
#include "internal.h"

#include <string.h>

enum { DIGIT_BITS = 8, N_DIGITS = 64 / DIGIT_BITS, N_BUCKETS = 1 << DIGIT_BITS, LOOK_EVERY = 1 << 14 };

typedef struct {
    uint64_t key;  /* ascends as the values do */
    size_t place;
} ranked;

typedef struct {
    const fsp_medians *medians;
    const fsp_part *part;
    size_t n;       /* values that windows reach */
    ranked *sorted;
    size_t *ranks;  /* by place */
    size_t *tree;   /* tree[i]: values of the window whose ranks are the (i & -i) below i */
} counted;

/* The bits of a double, positive ones above the negative, which are turned round. */
static uint64_t key_of(double x)
{
    uint64_t bits;
    memcpy(&bits, &x, sizeof bits);
    return bits >> 63 ? ~bits : bits | (uint64_t)1 << 63;
}

static double value_of(uint64_t key)
{
    const uint64_t bits = key >> 63 ? key & ~((uint64_t)1 << 63) : ~key;
    double x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

/* One pass of a radix sort. Returns 0 if all have the same digit, and nothing was moved. */
static int sort_by_digit(const ranked *from, ranked *to, size_t n, int shift)
{
    size_t starts[N_BUCKETS] = {0}, total = 0;
    for (size_t i = 0; i < n; i++) starts[from[i].key >> shift & (N_BUCKETS - 1)]++;
    if (starts[from[0].key >> shift & (N_BUCKETS - 1)] == n) return 0;
    for (size_t b = 0; b < N_BUCKETS; b++) {
        const size_t count = starts[b];
        starts[b] = total;
        total += count;
    }
    for (size_t i = 0; i < n; i++) to[starts[from[i].key >> shift & (N_BUCKETS - 1)]++] = from[i];
    return 1;
}

static ranked *sort(ranked *values, ranked *spare, size_t n)
{
    for (int digit = 0; digit < N_DIGITS && fsp_go_on(); digit++) {
        if (!sort_by_digit(values, spare, n, digit * DIGIT_BITS)) continue;
        ranked *const sorted = spare;
        spare = values;
        values = sorted;
    }
    return values;
}

static void change_count(const counted *c, size_t rank, size_t by)
{
    for (size_t i = rank + 1; i <= c->n; i += i & (~i + 1)) c->tree[i] += by;
}

/* The first rank up to which the window holds more than `below` values. */
static size_t find_rank(const counted *c, size_t below)
{
    size_t rank = 0, step = 1;
    while (step <= c->n / 2) step *= 2;
    for (; step; step /= 2) {
        if (rank + step > c->n || c->tree[rank + step] > below) continue;
        rank += step;
        below -= c->tree[rank];
    }
    return rank;
}

static size_t rank_at(const counted *c, size_t i) { return c->ranks[fsp_mirrored(c->medians, c->part, i)]; }

/* The first window. One that is wider than the mirrored series holds all of it, twice, as often as it fits. */
static void count_window(const counted *c)
{
    const size_t period = 2 * c->medians->n, width = c->medians->width;
    c->tree[0] = 0;
    for (size_t i = 1; i <= c->n; i++) c->tree[i] = 2 * (width / period);
    for (size_t i = 0; i < width % period; i++) c->tree[rank_at(c, i) + 1]++;
    for (size_t i = 1; i <= c->n; i++) {
        const size_t above = i + (i & (~i + 1));
        if (above <= c->n) c->tree[above] += c->tree[i];
    }
}

size_t fsp_wide_median_bytes(size_t n)
{
    return fsp_round_up(2 * n * sizeof(ranked) + (2 * n + 1) * sizeof(size_t), FSP_LINE);
}

static void rank_values(counted *c, const void *in, size_t itemsize, ranked *values)
{
    for (size_t i = 0; i < c->n; i++) {
        const ptrdiff_t at = (ptrdiff_t)i * c->medians->in_step;
        values[i].key = key_of(itemsize == sizeof(float) ? (double)((const float *)in)[at] : ((const double *)in)[at]);
        values[i].place = i;
    }
    c->sorted = sort(values, values + c->n, c->n);
    for (size_t i = 0; i < c->n; i++) c->ranks[c->sorted[i].place] = i;
}

void fsp_wide_median(const fsp_medians *m, const fsp_part *part, const void *in, void *out, size_t itemsize, void *scratch)
{
    counted c = {.medians = m, .part = part, .n = part->high - part->low};
    ranked *values = scratch;
    c.ranks = (size_t *)(values + 2 * c.n);
    c.tree = c.ranks + c.n;
    rank_values(&c, in, itemsize, values);
    count_window(&c);
    for (size_t t = 0; t < part->count; t++) {
        if (t % LOOK_EVERY == 0 && !fsp_go_on()) return;
        if (t) {
            change_count(&c, rank_at(&c, t - 1 + m->width), 1);
            change_count(&c, rank_at(&c, t - 1), (size_t)-1);
        }
        const double median = value_of(c.sorted[find_rank(&c, m->width / 2)].key);
        const ptrdiff_t at = (ptrdiff_t)t * m->out_step;
        if (itemsize == sizeof(float))
            ((float *)out)[at] = (float)median;
        else
            ((double *)out)[at] = median;
    }
}
