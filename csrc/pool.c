/* pooling: which windows a piece has, where they lie, and the rows of sums between the axes. */
#include "internal.h"

enum {
    MOST_NEIGHBOURS = 1056,    /* of a position, at once */
    SPAN = 8192,              /* numbers in a row of sums: stays in the cache */
    MOST_SPAN = 32768,        /* the same where one window is long */
    REACH = 1 << 16,          /* numbers that a piece reads of a row */
    MOST_TILE = 512,          /* positions of a bundle */
    MOST_ROWS_IN_PLACE = 32,  /* summed in registers, not into a row of sums */
    ROWS_AT_ONCE = 16,        /* streams that the memory follows */
    WHOLE = 16,               /* numbers that the longest vector holds */
    MOST_DIGITS = FSP_POOL_AXES + 4,
};

/* A pooling in its simplest form: batch axes that follow one another are one, axes that keep their size are batch axes,
 * three axes are pooled (of size 1 where there are fewer).
 * Positions of the last pooled axis are numbers, or vectors of neighbours along the `inner` axis: a batch axis that is
 * contiguous, or a bundle: small items, or rows with short windows, that are transposed into a tile.
 * A piece is a run of `chunk` outputs along the last axis, for one block of neighbours. It is numbered by digits: two for
 * chunk and block, two for the outputs of the other pooled axes (a bundle has all of them in one piece), and the batch's. */
typedef enum { ALONG, GATHERED, ACROSS, BUNDLE } way;

typedef struct {
    way way;
    int one_row, in_place, dense;  /* no rows to sum; no row of sums needed; positions follow one another */
    size_t n_batch;
    fsp_pool_axis batch[FSP_POOL_AXES], pooled[3], inner;
    size_t block, pitch;     /* neighbours at once; from one position to the next in the row of sums */
    size_t chunk, span;      /* outputs of a piece; positions it needs, at most */
    size_t n_digits, radix[MOST_DIGITS];  /* the last digit is the first here */
    size_t chunk_digit, block_digit, n_pieces;
} layout;

typedef struct {
    const fsp_kernels *kernels;
    fsp_pool_kind kind;
    fsp_pool_rows_mean_kernel *pool_rows;  /* the kernels of this kind */
    fsp_pool_along_mean_kernel *pool_along;
    fsp_pool_across_mean_kernel *pool_across;
    const layout *l;
    const char *in;
    char *out;
    char *scratch;
    size_t scratch_bytes, sums_bytes, parts_bytes, rest;
    size_t first, count, n_workers;
} pool_job;

static const fsp_pool_axis SINGLE = {1, 1, 0, 0};

/* floor(j n_in / n_out) for j <= n_out and, in *over, what it leaves: j n_in - that * n_out. Where the product could
 * overflow, bit by bit of j. */
static size_t window_start(const fsp_pool_axis *axis, size_t j, size_t *over)
{
    if ((axis->in_size | axis->out_size) <= UINT32_MAX && SIZE_MAX > UINT32_MAX) {
        *over = j * axis->in_size % axis->out_size;
        return j * axis->in_size / axis->out_size;
    }
    const size_t step = axis->in_size / axis->out_size, remainder = axis->in_size % axis->out_size;
    size_t whole = 0, left = 0;
    for (size_t bit = ~(SIZE_MAX >> 1); bit; bit >>= 1) {
        if (bit > j) continue;
        whole *= 2;
        const size_t carry = left >= axis->out_size - left;
        left = carry ? left - (axis->out_size - left) : 2 * left;
        whole += carry;
        if (j & bit) {
            const size_t wraps = left >= axis->out_size - remainder;
            left = wraps ? left - (axis->out_size - remainder) : left + remainder;
            whole += wraps;
        }
    }
    *over = left;
    return j * step + whole;
}

static size_t window_end(const fsp_pool_axis *axis, size_t j)
{
    size_t over;
    const size_t next = window_start(axis, j + 1, &over);
    return next + (over != 0);
}

/* At most so many positions have `count` outputs in a row. */
static size_t reach_of(const fsp_pool_axis *axis, size_t count)
{
    if (count >= axis->out_size) return axis->in_size;
    const size_t reach = (axis->in_size / axis->out_size + 1) * count + 1;
    return reach < axis->in_size ? reach : axis->in_size;
}

static void add_batch_axis(layout *l, fsp_pool_axis axis)
{
    if (axis.in_size == 1) return;
    fsp_pool_axis *last = l->n_batch ? &l->batch[l->n_batch - 1] : NULL;
    const ptrdiff_t size = (ptrdiff_t)axis.in_size;
    if (last && last->in_stride == size * axis.in_stride && last->out_stride == size * axis.out_stride) {
        axis.in_size = axis.out_size *= last->in_size;
        *last = axis;
    } else {
        l->batch[l->n_batch++] = axis;
    }
}

/* Numbers that a vector of sums holds, and from which length on the kernels deal a window to partial sums. */
static size_t long_from(const fsp_kernels *k)
{
    const size_t bytes = k->lanes * k->itemsize;
    return 2 * (bytes < sizeof(double) ? 1 : bytes / sizeof(double));
}

static size_t longest_window(const fsp_pool_axis *axis)
{
    const size_t remainder = axis->in_size % axis->out_size;
    return axis->in_size / axis->out_size + (remainder ? 2 : 0);
}

static void remove_batch_axis(layout *l, size_t i)
{
    l->inner = l->batch[i];
    for (l->n_batch--; i < l->n_batch; i++) l->batch[i] = l->batch[i + 1];
}

/* Items that lie in one piece each, short enough for a tile, with short windows. */
static int makes_bundles(const layout *l, const fsp_kernels *k)
{
    const fsp_pool_axis *d = &l->pooled[0], *h = &l->pooled[1], *w = &l->pooled[2];
    if (l->n_batch == 0 || l->batch[l->n_batch - 1].in_size < k->lanes / 2 || longest_window(w) >= long_from(k)) return 0;
    if (l->one_row) return 1;
    if (w->in_size > MOST_TILE || h->in_size > MOST_TILE / w->in_size) return 0;
    if (d->in_size > MOST_TILE / w->in_size / h->in_size) return 0;
    return (h->in_size == 1 || h->in_stride == (ptrdiff_t)w->in_size) &&
           (d->in_size == 1 || d->in_stride == (ptrdiff_t)(w->in_size * h->in_size));
}

/* Rows that follow one another and are cut into equal windows are one long row of such windows. */
static void join_rows(layout *l)
{
    fsp_pool_axis *row = &l->pooled[2];
    while (l->n_batch && l->one_row && row->in_size % row->out_size == 0) {
        const fsp_pool_axis *batch = &l->batch[l->n_batch - 1];
        if (batch->in_stride != (ptrdiff_t)row->in_size) return;
        if (row->out_size == 1) row->out_stride = batch->out_stride;
        else if (batch->out_stride != (ptrdiff_t)row->out_size * row->out_stride) return;
        row->in_stride = 1;
        row->in_size *= batch->in_size;
        row->out_size *= batch->in_size;
        l->n_batch--;
    }
}

static void choose_way(layout *l, const fsp_kernels *k)
{
    l->inner = SINGLE;
    l->way = ALONG;
    if (l->pooled[2].in_stride == 1 || l->pooled[2].in_size == 1) {
        if (!makes_bundles(l, k)) {
            join_rows(l);
            return;
        }
        l->way = BUNDLE;
        remove_batch_axis(l, l->n_batch - 1);
        return;
    }
    for (size_t i = l->n_batch; i-- > 0;) {
        if (l->batch[i].in_stride != 1) continue;
        l->way = ACROSS;
        remove_batch_axis(l, i);
        return;
    }
    l->way = GATHERED;
}

static size_t blocks_of(size_t n, size_t size) { return n / size + (n % size != 0); }

/* Blocks as even as whole vectors allow. */
static size_t even_block(size_t n, size_t most)
{
    if (n <= most) return n;
    return blocks_of(blocks_of(n, blocks_of(n, most)), WHOLE) * WHOLE;
}

static void choose_sizes(layout *l, const fsp_kernels *k)
{
    const fsp_pool_axis *last = &l->pooled[2];
    const size_t window = longest_window(last), rows = longest_window(&l->pooled[0]) * longest_window(&l->pooled[1]);
    l->in_place = l->one_row || l->way == BUNDLE ||
                  (l->way == ACROSS && window < long_from(k) && rows <= MOST_ROWS_IN_PLACE && l->inner.in_size >= k->lanes);
    size_t most = MOST_NEIGHBOURS, reach = l->in_place && l->way != GATHERED ? REACH : SPAN;
    if (!l->in_place && window < MOST_SPAN / WHOLE) most = MOST_SPAN / window;
    if (l->way == BUNDLE) {
        most = k->lanes;
        reach = MOST_TILE * k->lanes;
    }
    l->block = l->way == BUNDLE ? most : even_block(l->inner.in_size, most);
    l->dense = l->block == l->inner.in_size && last->in_stride == (ptrdiff_t)l->block;
    l->pitch = l->dense ? l->block : blocks_of(l->block, WHOLE) * WHOLE;
    l->chunk = reach / l->block > window ? reach / l->block / window : 1;
    if (l->way == BUNDLE && !l->one_row) l->chunk = last->out_size;
    if (l->chunk > REACH) l->chunk = REACH;
    if (l->chunk > last->out_size) l->chunk = last->out_size;
    l->span = reach_of(last, l->chunk);
}

static void number_pieces(layout *l)
{
    l->chunk_digit = l->way == BUNDLE ? 0 : 1;
    l->block_digit = 1 - l->chunk_digit;
    l->radix[l->chunk_digit] = blocks_of(l->pooled[2].out_size, l->chunk);
    l->radix[l->block_digit] = blocks_of(l->inner.in_size, l->block);
    l->n_digits = 2;
    for (size_t i = 2; i-- > 0;) l->radix[l->n_digits++] = l->way == BUNDLE ? 1 : l->pooled[i].out_size;
    for (size_t i = l->n_batch; i-- > 0;) l->radix[l->n_digits++] = l->batch[i].in_size;
    l->n_pieces = 1;
    for (size_t i = 0; i < l->n_digits; i++) l->n_pieces *= l->radix[i];
}

static int lay_out(layout *l, const fsp_pooling *p, const fsp_kernels *k)
{
    if (!k || p->n_pooled < 1 || p->n_pooled > 3 || p->n_batch > FSP_POOL_AXES - p->n_pooled) return 0;
    const size_t n_axes = p->n_batch + p->n_pooled;
    size_t n_pooled = 0;
    for (size_t i = 0; i < n_axes; i++) {
        const fsp_pool_axis *axis = &p->axes[i];
        if (axis->in_size == 0 || axis->out_size == 0) return 0;
        if (axis->in_size == axis->out_size) continue;
        if (i < p->n_batch) return 0;
        n_pooled++;
    }
    l->n_batch = 0;
    for (size_t i = 0; i < 3; i++) l->pooled[i] = SINGLE;
    for (size_t i = 0; i < n_axes; i++) {
        if (p->axes[i].in_size == p->axes[i].out_size)
            add_batch_axis(l, p->axes[i]);
        else
            l->pooled[3 - n_pooled--] = p->axes[i];
    }
    l->one_row = l->pooled[0].in_size == 1 && l->pooled[1].in_size == 1;
    choose_way(l, k);
    choose_sizes(l, k);
    number_pieces(l);
    return 1;
}

/* A piece: where its data are, in elements, and its windows. */
typedef struct {
    size_t digits[MOST_DIGITS];
    size_t first_row[2], n_rows[2];
    ptrdiff_t in, out;
    size_t n, span;
    fsp_windows windows;
} piece;

/* The rows of output j of pooled axis i. */
static void set_rows(const layout *l, piece *p, int i, size_t j)
{
    const fsp_pool_axis *axis = &l->pooled[i];
    size_t over = 0;
    p->first_row[i] = axis->out_size > 1 ? window_start(axis, j, &over) : 0;
    p->n_rows[i] = (axis->out_size > 1 ? window_end(axis, j) : axis->in_size) - p->first_row[i];
    p->windows.n_rows = p->n_rows[0] * p->n_rows[1];
}

static void find_piece(const layout *l, piece *p, size_t number)
{
    for (size_t i = 0; i < l->n_digits; i++) {
        p->digits[i] = l->radix[i] > 1 ? number % l->radix[i] : 0;
        if (l->radix[i] > 1) number /= l->radix[i];
    }
    for (int i = 0; i < 2; i++) set_rows(l, p, i, p->digits[3 - i]);
}

static void next_piece(const layout *l, piece *p)
{
    for (size_t i = 0; i < l->n_digits; i++) {
        const int wraps = ++p->digits[i] == l->radix[i];
        if (wraps) p->digits[i] = 0;
        if ((i == 2 || i == 3) && l->radix[i] > 1) set_rows(l, p, 3 - (int)i, p->digits[i]);
        if (!wraps) return;
    }
}

/* What the windows of a piece reach: the remainders add up. */
static size_t span_of(const layout *l, const fsp_windows *w)
{
    const fsp_pool_axis axis = {w->remainder, w->n_out, 0, 0};
    if (w->count == w->n_out) return l->span;
    size_t over;
    const size_t whole = window_start(&axis, w->count, &over);
    return w->step * w->count + whole + (w->over + over + w->n_out - 1) / w->n_out;
}

static void place_piece(const layout *l, piece *p)
{
    const size_t block = p->digits[l->block_digit] * l->block, first = p->digits[l->chunk_digit] * l->chunk;
    const size_t neighbours = l->inner.in_size - block, outputs = l->pooled[2].out_size - first;
    const fsp_pool_axis *last = &l->pooled[2];
    fsp_windows *w = &p->windows;
    w->start = w->over = 0;
    const size_t start = first ? window_start(last, first, &w->over) : 0;
    w->n_out = last->out_size;
    w->step = last->in_size / last->out_size;
    w->remainder = last->in_size % last->out_size;
    w->count = outputs < l->chunk ? outputs : l->chunk;
    p->n = neighbours < l->block ? neighbours : l->block;
    p->span = span_of(l, w);
    p->in = (ptrdiff_t)start * last->in_stride + (ptrdiff_t)block * l->inner.in_stride;
    p->out = (ptrdiff_t)first * last->out_stride + (ptrdiff_t)block * l->inner.out_stride;
    for (size_t i = 0; i < 2 && l->way != BUNDLE; i++) {
        p->in += (ptrdiff_t)p->first_row[i] * l->pooled[i].in_stride;
        p->out += (ptrdiff_t)p->digits[3 - i] * l->pooled[i].out_stride;
    }
    for (size_t i = 0; i < l->n_batch; i++) {
        const ptrdiff_t at = (ptrdiff_t)p->digits[l->n_digits - 1 - i];
        p->in += at * l->batch[i].in_stride;
        p->out += at * l->batch[i].out_stride;
    }
}

static void gather_row(const pool_job *job, const char *in, size_t n, char *row)
{
    const ptrdiff_t stride = job->l->pooled[2].in_stride;
    if (job->kernels->itemsize == sizeof(float)) {
        for (size_t i = 0; i < n; i++) ((float *)row)[i] = ((const float *)in)[(ptrdiff_t)i * stride];
    } else {
        for (size_t i = 0; i < n; i++) ((double *)row)[i] = ((const double *)in)[(ptrdiff_t)i * stride];
    }
}

/* `sums` (+)= n_rows rows, `row_stride` apart, of the positions that the piece needs. */
static void add_rows(const pool_job *job, const piece *p, const char *in, ptrdiff_t row_stride, size_t n_rows, int add,
                     char *sums, char *gathered)
{
    const layout *l = job->l;
    const size_t itemsize = job->kernels->itemsize, sum_size = job->kind == FSP_POOL_MEAN ? sizeof(double) : itemsize;
    const ptrdiff_t stride = l->pooled[2].in_stride;
    if (l->way == GATHERED) {
        for (size_t r = 0; r < n_rows; r++) {
            gather_row(job, in + (ptrdiff_t)r * row_stride * (ptrdiff_t)itemsize, p->span, gathered);
            job->pool_rows(gathered, 0, 1, p->span, add || r, sums, job->rest);
        }
    } else if (l->way == ALONG || l->dense) {
        job->pool_rows(in, row_stride, n_rows, p->span * p->n, add, sums, job->rest);
    } else {
        for (size_t i = 0; i < p->span; i++)
            job->pool_rows(in + (ptrdiff_t)i * stride * (ptrdiff_t)itemsize, row_stride, n_rows, p->n, add,
                           sums + i * l->pitch * sum_size, job->rest);
    }
}

static void sum_rows(const pool_job *job, const piece *p, const char *in, char *sums, char *gathered)
{
    const fsp_pool_axis *slow = &job->l->pooled[0], *fast = &job->l->pooled[1];
    const ptrdiff_t itemsize = (ptrdiff_t)job->kernels->itemsize;
    int add = 0;
    for (size_t d = 0; d < p->n_rows[0]; d++) {
        for (size_t r = 0; r < p->n_rows[1]; r += ROWS_AT_ONCE) {
            const size_t left = p->n_rows[1] - r, n_rows = left < ROWS_AT_ONCE ? left : ROWS_AT_ONCE;
            const ptrdiff_t at = (ptrdiff_t)d * slow->in_stride + (ptrdiff_t)r * fast->in_stride;
            add_rows(job, p, in + at * itemsize, fast->in_stride, n_rows, add, sums, gathered);
            add = 1;
        }
    }
}

/* All outputs of a bundle, whose items are the columns of the tile. */
static void pool_bundle(const pool_job *job, piece *p, const char *in, char *out, char *tile)
{
    const layout *l = job->l;
    const fsp_kernels *k = job->kernels;
    const size_t width = l->pooled[2].in_size, height = l->pooled[1].in_size;
    k->load_frames(in, l->inner.in_stride, l->one_row ? p->span : l->pooled[0].in_size * height * width, tile, p->n);
    fsp_across across = {.stride = (ptrdiff_t)k->lanes, .n = p->n, .out_stride = l->pooled[2].out_stride,
                         .out_inner = l->inner.out_stride,
                         .row_stride = {(ptrdiff_t)(height * width * k->lanes), (ptrdiff_t)(width * k->lanes)}};
    for (size_t i = 0; i < l->pooled[0].out_size; i++) {
        set_rows(l, p, 0, i);
        for (size_t j = 0; j < l->pooled[1].out_size; j++) {
            set_rows(l, p, 1, j);
            const size_t first = (p->first_row[0] * height + p->first_row[1]) * width;
            const ptrdiff_t to = (ptrdiff_t)i * l->pooled[0].out_stride + (ptrdiff_t)j * l->pooled[1].out_stride;
            for (size_t a = 0; a < 2; a++) across.n_rows[a] = p->n_rows[a];
            across.src = tile + first * k->lanes * k->itemsize;
            job->pool_across(&across, 0, &p->windows, 0, out + to * (ptrdiff_t)k->itemsize);
        }
    }
}

static void pool_block(const pool_job *job, const piece *p, const char *in, int staged, char *out, char *parts)
{
    const layout *l = job->l;
    const int in_place = l->in_place && !l->one_row;
    const fsp_across across = {.src = in,
                               .stride = staged ? (ptrdiff_t)l->pitch : l->pooled[2].in_stride,
                               .n = p->n,
                               .n_rows = {in_place ? p->n_rows[0] : 1, in_place ? p->n_rows[1] : 1},
                               .row_stride = {l->pooled[0].in_stride, l->pooled[1].in_stride},
                               .out_stride = l->pooled[2].out_stride,
                               .out_inner = l->inner.out_stride,
                               .parts = (double *)parts};
    job->pool_across(&across, staged, &p->windows, job->rest, out);
}

/* `held`: the piece whose sums the scratch holds; neighbouring outputs of an enlarged axis have the same. */
static void pool_piece(const pool_job *job, char *scratch, piece *p, piece *held)
{
    const layout *l = job->l;
    const fsp_kernels *k = job->kernels;
    const char *in = job->in + p->in * (ptrdiff_t)k->itemsize;
    char *out = job->out + p->out * (ptrdiff_t)k->itemsize, *parts = scratch + job->sums_bytes,
        *gathered = parts + job->parts_bytes;
    const int staged = p->windows.n_rows > 1 && !l->in_place;
    if (l->way == BUNDLE) {
        pool_bundle(job, p, in, out, gathered);
        return;
    }
    if (staged) {
        if (held->in != p->in || held->span != p->span || held->n_rows[0] != p->n_rows[0] || held->n_rows[1] != p->n_rows[1]) {
            sum_rows(job, p, in, scratch, gathered);
            *held = *p;
        }
        in = scratch;
    } else if (l->way == GATHERED) {
        gather_row(job, in, p->span, gathered);
        in = gathered;
    }
    if (l->way == ACROSS)
        pool_block(job, p, in, staged, out, parts);
    else
        job->pool_along(in, staged, &p->windows, job->rest, out, l->pooled[2].out_stride);
}

static void choose_kernels(pool_job *job)
{
    const fsp_kernels *k = job->kernels;
    const int largest = job->kind == FSP_POOL_MAX;
    job->pool_rows = largest ? k->pool_rows_max : k->pool_rows_mean;
    job->pool_along = largest ? k->pool_along_max : k->pool_along_mean;
    job->pool_across = largest ? k->pool_across_max : k->pool_across_mean;
}

static void pool_worker(void *context, size_t worker)
{
    const pool_job *job = context;
    const size_t share = job->count / job->n_workers, more = job->count % job->n_workers;
    const size_t first = worker * share + (worker < more ? worker : more), count = share + (worker < more);
    piece p = {.n = 0}, held = {.n = 0};
    find_piece(job->l, &p, job->first + first);
    for (size_t i = 0; i < count && fsp_go_on(); i++, next_piece(job->l, &p)) {
        place_piece(job->l, &p);
        pool_piece(job, job->scratch + worker * job->scratch_bytes, &p, &held);
    }
}

/* Bytes of one worker: the row of sums, partial sums, a gathered row or a tile. */
static int measure_scratch(pool_job *job)
{
    const layout *l = job->l;
    size_t loaded = 0;
    if (l->way == GATHERED) loaded = l->span;
    if (l->way == BUNDLE) loaded = l->block * (l->one_row ? l->span : MOST_TILE);
    if (l->span > PTRDIFF_MAX / (64 * MOST_SPAN)) return 0;
    job->rest = blocks_of(l->span * l->pitch + 1, WHOLE) * WHOLE;
    job->sums_bytes = l->in_place ? 0 : 2 * job->rest * sizeof(double);
    job->parts_bytes = l->way == ACROSS ? (size_t)2 * FSP_POOL_PARTS * blocks_of(l->block, WHOLE) * WHOLE * sizeof(double) : 0;
    job->scratch_bytes = job->sums_bytes + job->parts_bytes + blocks_of(loaded, WHOLE) * WHOLE * sizeof(double);
    return 1;
}

size_t fsp_pool_pieces(fsp_precision precision, const char *isa, const fsp_pooling *pooling)
{
    layout l;
    return lay_out(&l, pooling, fsp_find_kernels(isa, precision)) ? l.n_pieces : 0;
}

fsp_status fsp_pool(fsp_precision precision, const char *isa, const fsp_pooling *pooling, const void *in, void *out,
                    size_t first, size_t count, int n_threads)
{
    layout l;
    pool_job job = {.kernels = fsp_find_kernels(isa, precision), .kind = pooling->kind, .l = &l, .in = in, .out = out};
    if (n_threads < 1 || !lay_out(&l, pooling, job.kernels)) return FSP_EBUG;
    if (first > l.n_pieces || count > l.n_pieces - first) return FSP_EBUG;
    if (count == 0) return FSP_OK;
    if (!measure_scratch(&job)) return FSP_ENOMEM;
    choose_kernels(&job);
    job.first = first;
    job.count = count;
    job.n_workers = (size_t)n_threads < count ? (size_t)n_threads : count;
    char nothing;  /* where a scratch of no bytes is */
    job.scratch = job.scratch_bytes ? fsp_allocate(job.n_workers, job.scratch_bytes) : &nothing;
    if (!job.scratch) return FSP_ENOMEM;
    const fsp_status status = fsp_parallel(pool_worker, &job, job.n_workers, n_threads);
    if (job.scratch_bytes) fsp_free(job.scratch);
    return status;
}
