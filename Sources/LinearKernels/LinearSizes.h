// What is computed in one piece, and the working memory that follows from it.

#ifndef OVEN_LINEAR_SIZES_H
#define OVEN_LINEAR_SIZES_H

#include "LinearTable.h"

// LinearMany.h: rows of numbers whose sums are kept at hand, and columns that are unpacked at a time, in steps of four.
#define MANY_BATCH 128
#define MANY_COLUMNS 128
#define MANY_STEPS (MANY_COLUMNS / 4)

// LinearTiles.h: rows and columns of a tile, and its bytes; columns of two tiles that are unpacked together.
#define TILE 16
#define DEPTH 32
#define TILE_BYTES 1024
#define STEP (2 * DEPTH)
// Columns of two tiles of rows that are unpacked at a time: 36 KB stay in a core's
// first cache.
#define SPAN 576
// Rows of the matrix whose sums are written together: long pieces of each row of the output.
#define PANEL 64
// Rows of numbers that they are multiplied with at a time.
#define TILES_BATCH 512
// Floats between two rows of sums; a power of two would put all of them into the same few lines of the first cache.
#define SUMS_STRIDE (TILES_BATCH + TILE)

/// Floats that the numbers of all groups of a row take, with room for what is read past them.
static inline size_t groups_room(const oven_matrix *matrix) {
  return rounded_up(matrix->columns / matrix->group + 16, 16);
}

// The floats of a thread's working memory, by how products are computed.

static inline size_t exact_scratch_floats(const oven_matrix *matrix) {
  return rounded_up(matrix->columns, 16) + 2 * groups_room(matrix);
}

static inline size_t few_scratch_floats(const oven_matrix *matrix) {
  return 2 * (OVEN_LINEAR_ROWS * (groups_room(matrix) + chunk_count(matrix)) + 16);
}

// The numbers of 16 rows.
static inline size_t many_raw_floats(const oven_matrix *matrix) { return 16 * (matrix->columns / matrix->group + 1); }

static inline size_t many_scratch_floats(const oven_matrix *matrix) {
  return 16 * (MANY_BATCH * 4 + MANY_STEPS * 4 + 8 * groups_room(matrix)) + 2 * many_raw_floats(matrix);
}

static inline size_t tiles_scratch_floats(const oven_matrix *matrix) {
  return 2 * TILE * SPAN / 2 + PANEL * SUMS_STRIDE + 2 * TILE * groups_room(matrix);
}

#endif
