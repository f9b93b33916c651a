/* segment: distances between frames, smoothing along diagonals, and Ward's clustering of neighbours in a row. */
#include "internal.h"

#include <math.h>
#include <string.h>

/* distances -------------------------------------------------------------------------------------------------------- */

/* Some points of y on their side: feature by feature, each `width` numbers, of which those beyond `valid` stay as they are. */
INLINE void fill_panel(char *panel, size_t width, const char *y, size_t n_features, size_t valid, size_t itemsize)
{
    for (size_t j = 0; j < valid; j++)
        for (size_t i = 0; i < n_features; i++)
            memcpy(panel + (i * width + j) * itemsize, y + (j * n_features + i) * itemsize, itemsize);
}

fsp_status fsp_distances(fsp_precision precision, const char *isa, const fsp_points *p, void *out)
{
    const fsp_kernels *k = fsp_find_kernels(isa, precision);
    if (!k) return FSP_EBUG;
    const size_t width = 2 * k->lanes, itemsize = k->itemsize, n_features = p->n_features, n_y = p->n_y;
    char *panel = fsp_allocate(n_features * width, itemsize);
    if (!panel) return FSP_ENOMEM;
    for (size_t first = 0; first < n_y; first += width) {
        const size_t valid = n_y - first < width ? n_y - first : width;
        if (valid < width) memset(panel, 0, n_features * width * itemsize);
        const char *points = (const char *)p->y + first * n_features * itemsize;
        if (itemsize == sizeof(float)) fill_panel(panel, width, points, n_features, valid, sizeof(float));
        else fill_panel(panel, width, points, n_features, valid, sizeof(double));
        k->distances(panel, n_features, p->x, p->n_x, p->root, (char *)out + first * itemsize, n_y, valid);
    }
    fsp_free(panel);
    return FSP_OK;
}

/* smoothing -------------------------------------------------------------------------------------------------------- */

fsp_status fsp_smooth_rows(fsp_precision precision, const char *isa, const fsp_smoothing *s, size_t n_rows, const void *in, void *out)
{
    const fsp_kernels *k = fsp_find_kernels(isa, precision);
    if (!k || s->n_columns % k->lanes) return FSP_EBUG;
    const void **rows = fsp_allocate(s->n_weights, sizeof *rows);
    if (!rows) return FSP_ENOMEM;
    for (size_t r = 0; r < n_rows; r++) {
        char *row = (char *)out + r * s->n_columns * k->itemsize;
        for (size_t i = 0; i < s->n_weights; i++)
            rows[i] = (const char *)in + (s->offsets[i] + r * s->in_stride) * k->itemsize;
        memset(row, 0, s->n_columns * k->itemsize);
        k->add_rows(rows, s->weights, s->n_weights, s->n_columns, row);
    }
    fsp_free(rows);
    return FSP_OK;
}

/* clustering ------------------------------------------------------------------------------------------------------- */

/* Two neighbours that could be joined: what it costs, their numbers, and the place of the left one. */
typedef struct {
    double cost;
    size_t high, low, left;
} offer;

/* A chain of clusters, each at the place of its first point. Numbers count clusters in the order in which they were made. */
typedef struct {
    size_t n, n_features, n_offers;
    double *sums, *sizes;
    size_t *number, *next, *previous;  /* next: n behind the last. number: SIZE_MAX once joined to another */
    offer *offers;                     /* a heap, the cheapest first */
} chain;

static int before(const offer *a, const offer *b)
{
    if (a->cost != b->cost) return a->cost < b->cost;
    return a->high != b->high ? a->high < b->high : a->low < b->low;
}

static void push(chain *c, offer o)
{
    size_t i = c->n_offers++;
    for (; i > 0 && before(&o, &c->offers[(i - 1) / 2]); i = (i - 1) / 2) c->offers[i] = c->offers[(i - 1) / 2];
    c->offers[i] = o;
}

static offer pop(chain *c)
{
    const offer top = c->offers[0], last = c->offers[--c->n_offers];
    size_t i = 0;
    for (size_t child; (child = 2 * i + 1) < c->n_offers; i = child) {
        if (child + 1 < c->n_offers && before(&c->offers[child + 1], &c->offers[child])) child++;
        if (!before(&c->offers[child], &last)) break;
        c->offers[i] = c->offers[child];
    }
    c->offers[i] = last;
    return top;
}

/* By how much Ward's variance grows: the squared distance of the means, times a b / (a + b) of the sizes. */
static void offer_join(chain *c, size_t left)
{
    const size_t right = c->next[left];
    const double a = c->sizes[left], b = c->sizes[right];
    const double *x = c->sums + left * c->n_features, *y = c->sums + right * c->n_features;
    double distance = 0;
    for (size_t i = 0; i < c->n_features; i++) {
        const double difference = x[i] / a - y[i] / b;
        distance += difference * difference;
    }
    const size_t p = c->number[left], q = c->number[right];
    push(c, (offer){distance * (a * b / (a + b)), p > q ? p : q, p > q ? q : p, left});
}

static int still_stands(const chain *c, const offer *o)
{
    const size_t p = c->number[o->left], right = c->next[o->left];
    if (p == SIZE_MAX || right == c->n) return 0;
    const size_t q = c->number[right];
    return (p == o->high && q == o->low) || (p == o->low && q == o->high);
}

static void join(chain *c, size_t left, size_t number)
{
    const size_t right = c->next[left], after = c->next[right];
    for (size_t i = 0; i < c->n_features; i++) c->sums[left * c->n_features + i] += c->sums[right * c->n_features + i];
    c->sizes[left] += c->sizes[right];
    c->number[left] = number;
    c->number[right] = SIZE_MAX;
    c->next[left] = after;
    if (after < c->n) c->previous[after] = left;
    if (left > 0) offer_join(c, c->previous[left]);
    if (after < c->n) offer_join(c, left);
}

static void link_points(chain *c)
{
    for (size_t i = 0; i < c->n; i++) {
        c->sizes[i] = 1;
        c->number[i] = i;
        c->next[i] = i + 1;
        c->previous[i] = i - (i > 0);
    }
    for (size_t i = 0; i + 1 < c->n; i++) offer_join(c, i);
}

fsp_status fsp_join_neighbours(double *points, size_t n, size_t n_features, size_t n_clusters, size_t *starts)
{
    if (n_clusters == 0 || n_clusters > n) return FSP_EBUG;
    chain c = {.n = n, .n_features = n_features, .sums = points};
    c.sizes = fsp_allocate(n, sizeof *c.sizes);
    c.number = fsp_allocate(3, n * sizeof *c.number);
    c.offers = fsp_allocate(3, n * sizeof *c.offers);  /* n - 1 at first, and at most two a join */
    const int has_room = c.sizes && c.number && c.offers;
    if (has_room) {
        c.next = c.number + n;
        c.previous = c.next + n;
        link_points(&c);
        for (size_t n_left = n, number = n; n_left > n_clusters;) {
            const offer best = pop(&c);
            if (!still_stands(&c, &best)) continue;
            join(&c, best.left, number++);
            n_left--;
        }
        for (size_t i = 0, at = 0; i < n; i = c.next[i]) starts[at++] = i;
    }
    fsp_free(c.sizes);
    fsp_free(c.number);
    fsp_free(c.offers);
    return has_room ? FSP_OK : FSP_ENOMEM;
}
