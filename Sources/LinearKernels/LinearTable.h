// What one instruction set offers, and what all of them agree on.

#ifndef OVEN_LINEAR_TABLE_H
#define OVEN_LINEAR_TABLE_H

#include "AttentionKernels.h"
#include "LinearKernels.h"

/// How codes are laid out.
typedef enum {
  /// Four bits.
  form_nibbles,
  /// Four bits, and the upper ones apart.
  form_fives,
  form_sixes,
  /// Four bits that stand for one of sixteen whole numbers of eight bits.
  form_table,
  /// Four bits that stand for one of sixteen numbers, which only exact products and tiles compute.
  form_numbers,
  /// Eight bits.
  form_bytes,
} code_form;

/// Something for each of them.
#define EACH_FORM(CASE)                                                                     \
  CASE(form_nibbles);                                                                       \
  CASE(form_bytes);                                                                         \
  CASE(form_fives);                                                                         \
  CASE(form_sixes);                                                                         \
  CASE(form_table);                                                                         \
  CASE(form_numbers)

static inline code_form form_of(const oven_matrix *matrix) {
  switch (matrix->code_type) {
    case oven_number_u8:
    case oven_number_i8:
      return form_bytes;
    case oven_number_u5:
    case oven_number_i5:
      return form_fives;
    case oven_number_i6:
      return form_sixes;
    case oven_number_iq4:
    case oven_number_f4:
      return form_table;
    case oven_number_nf4:
      return form_numbers;
    default:
      return form_nibbles;
  }
}

/// The number of codes in 64 bytes.
static inline size_t chunk_length(const oven_matrix *matrix) { return form_of(matrix) == form_bytes ? 64 : 128; }

/// How many bits of a code lie apart.
static inline size_t plane_count(code_form form) { return form == form_fives ? 1 : form == form_sixes ? 2 : 0; }

/// The bytes of a chunk's bits in one plane.
#define PLANE_BYTES 16

static inline size_t row_bytes_of(const oven_matrix *matrix) {
  return form_of(matrix) == form_bytes ? matrix->columns : matrix->columns / 2;
}

static inline size_t rounded_up(size_t value, size_t unit) { return (value + unit - 1) / unit * unit; }

/// Columns with one factor of the activations. On SmolLM2, 128 lose 2.6 times as much (KL divergence) as 32.
#define UNIT 32
static inline size_t unit_length(const oven_matrix *matrix) { return matrix->group < UNIT ? matrix->group : UNIT; }

static inline size_t chunk_count(const oven_matrix *matrix) {
  return (matrix->columns + chunk_length(matrix) - 1) / chunk_length(matrix);
}

static inline size_t unit_count(const oven_matrix *matrix) {
  return (matrix->columns + unit_length(matrix) - 1) / unit_length(matrix);
}

/// The bytes that a row's planes take.
static inline size_t plane_row_bytes(const oven_matrix *matrix) {
  return chunk_count(matrix) * plane_count(form_of(matrix)) * PLANE_BYTES;
}

static inline int has_minima(const oven_matrix *matrix) {
  return matrix->minimum_type == oven_number_f16 || matrix->minimum_type == oven_number_i8;
}

/// The bytes that a chunk's numbers take where rows are few (LinearPrepare.h).
static inline size_t few_chunk_size(const oven_matrix *matrix) { return 2 * chunk_length(matrix) + 192; }

/// Scales of a chunk: 1, 2, 4 or 8.
static inline size_t slot_count(const oven_matrix *matrix) {
  const size_t chunk = chunk_length(matrix);
  return matrix->group < chunk ? chunk / matrix->group : 1;
}

typedef struct {
  const char *name;
  /// Whether many rows of numbers are prepared as tiles (LinearTiles.h).
  int has_tiles;
  void (*prepare)(const oven_matrix *, const float *, size_t, size_t, size_t, void *);
  void (*multiply)(const oven_matrix *, const void *, size_t, size_t, size_t, float *, size_t, void *);
  void (*multiply_exactly)(const oven_matrix *, const float *, size_t, size_t, size_t, float *, size_t, void *);
  void (*gate)(float *, const float *, size_t, size_t, size_t, size_t);
  void (*normalize)(const float *, const float *, float, size_t, size_t, float *);
  void (*add)(const float *, const float *, size_t, float *);
  void (*store)(const oven_attention *, const oven_attention_span *, size_t, void *);
  void (*attend)(const oven_attention *, const oven_attention_span *, size_t, size_t, size_t, float *, void *);
  void (*attend_part)(const oven_attention *, const oven_attention_span *, size_t, size_t, size_t, float *, void *);
  void (*join)(const oven_attention *, const float *, size_t, size_t, size_t, float *);
} oven_linear_table;

/// The one in use.
const oven_linear_table *oven_linear_chosen(void);

/// `count` numbers from index `first` of an array of `type`.
void oven_linear_numbers(oven_number type, const void *numbers, size_t first, size_t count, float *out);

/// What the codes of a form_table or form_numbers stand for: e2m1 twice, so that all are whole.
const float *oven_linear_sixteen(oven_number code_type);

/// The code at a place as a number.
float oven_linear_code(const oven_matrix *matrix, size_t row, size_t column);

/// A binary16 as f32, exactly.
float oven_linear_half(uint16_t bits);

extern const oven_linear_table oven_linear_portable;
#if defined(__x86_64__)
extern const oven_linear_table oven_linear_avx2;
extern const oven_linear_table oven_linear_avx2_vnni;
extern const oven_linear_table oven_linear_evex_vnni;
extern const oven_linear_table oven_linear_avx512;
extern const oven_linear_table oven_linear_avx512_bf16;
extern const oven_linear_table oven_linear_amx;
#endif

#endif
