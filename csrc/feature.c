/* feature: a dense matrix on the bands. Rows that read the same (or negated) from either end, as a DCT's do, need half
 * the multiplications: they are applied to the sums (or differences) of mirrored bands. */
#include "internal.h"

#include <float.h>
#include <math.h>

enum { PLAIN, EVEN, ODD };

/* Mirrored entries of a computed cosine differ by its rounding. */
static int mirrors(const double *row, size_t n, double sign)
{
    double largest = 0;
    for (size_t k = 0; k < n; k++) largest = fmax(largest, fabs(row[k]));
    for (size_t k = 0; k < n; k++)
        if (!(fabs(row[k] - sign * row[n - 1 - k]) <= (double)n * DBL_EPSILON * largest)) return 0;
    return 1;
}

static int all_mirror(const double *dense, size_t n_out, size_t n_in)
{
    for (size_t i = 0; i < n_out; i++)
        if (!mirrors(dense + i * n_in, n_in, 1) && !mirrors(dense + i * n_in, n_in, -1)) return 0;
    return 1;
}

static int kind_of(const fsp_matrix *matrix, const double *row)
{
    if (!matrix->folded) return PLAIN;
    return mirrors(row, matrix->n_in, 1) ? EVEN : ODD;
}

/* The rows of one kind, one after the other, cut to the columns that their kind keeps. */
static void collect(fsp_matrix *matrix, fsp_rows *group, int kind, const double *dense, double *weights, size_t *n_done)
{
    for (size_t i = 0; i < matrix->n_out; i++) {
        const double *row = dense + i * matrix->n_in;
        if (kind_of(matrix, row) != kind) continue;
        for (size_t k = 0; k < group->n_columns; k++)
            *weights++ = kind == ODD ? row[group->n_columns - 1 - k] : row[k];
        matrix->target[(*n_done)++] = (uint32_t)i;
        group->n_rows++;
    }
}

fsp_status fsp_matrix_create(fsp_matrix *matrix, size_t n_out, size_t n_in, const double *dense, size_t itemsize)
{
    const int folded = all_mirror(dense, n_out, n_in);
    *matrix = (fsp_matrix){.n_out = n_out, .n_in = n_in, .folded = folded};
    /* Sums of mirrored bands take the place of the first half, the middle one included; differences that of the second,
     * the innermost first. */
    matrix->groups[0] = (fsp_rows){.n_columns = folded ? (n_in + 1) / 2 : n_in};
    matrix->groups[1] = (fsp_rows){.n_columns = n_in / 2, .first_column = (n_in + 1) / 2};
    double *weights = fsp_allocate(n_out * n_in, sizeof *weights);
    matrix->target = fsp_allocate(n_out, sizeof *matrix->target);
    if (weights && matrix->target) {
        size_t n_done = 0;
        collect(matrix, &matrix->groups[0], folded ? EVEN : PLAIN, dense, weights, &n_done);
        matrix->groups[1].first_weight = matrix->groups[0].n_rows * matrix->groups[0].n_columns;
        collect(matrix, &matrix->groups[1], ODD, dense, weights + matrix->groups[1].first_weight, &n_done);
        matrix->weights = fsp_to_real(weights, n_out * n_in, itemsize);
    }
    fsp_free(weights);
    if (matrix->weights) return FSP_OK;
    fsp_matrix_destroy(matrix);
    return FSP_ENOMEM;
}

void fsp_matrix_destroy(fsp_matrix *matrix)
{
    fsp_free(matrix->target);
    fsp_free(matrix->weights);
    *matrix = (fsp_matrix){0};
}
