#include "AttentionSizes.h"
#include "LinearTable.h"

int oven_attention_supports(const oven_attention *a) {
  const int fits = a->shared > 0 && a->heads % a->shared == 0 && a->heads / a->shared <= ATTENTION_ROWS && a->heads > 0;
  return fits && a->size > 0 && a->size % 16 == 0 && a->size <= 512 && a->value_size > 0 && a->value_size % 16 == 0 &&
         a->value_size <= 512 && a->turned % 2 == 0 && a->turned <= a->size;
}

size_t oven_attention_tokens(const oven_attention *a, size_t count) {
  return count > ATTENTION_FEW ? ATTENTION_ROWS / group_of(a) : 1;
}

size_t oven_attention_scratch_size(const oven_attention *a) { return sizeof(float) * attention_floats(a, 0, 0); }

void oven_attention_store(const oven_attention *a, const oven_attention_span *span, size_t head, void *scratch) {
  oven_linear_chosen()->store(a, span, head, scratch);
}

void oven_attention_attend(const oven_attention *a, const oven_attention_span *span, size_t head, size_t begin, size_t end,
                           float *out, void *scratch) {
  oven_linear_chosen()->attend(a, span, head, begin, end, out, scratch);
}

size_t oven_attention_part_floats(const oven_attention *a) { return group_of(a) * (a->value_size + 2); }

void oven_attention_attend_part(const oven_attention *a, const oven_attention_span *span, size_t head, size_t token,
                                size_t part, float *out, void *scratch) {
  oven_linear_chosen()->attend_part(a, span, head, token, part, out, scratch);
}

void oven_attention_join(const oven_attention *a, const float *parts, size_t count, size_t head, size_t token, float *out) {
  oven_linear_chosen()->join(a, parts, count, head, token, out);
}
