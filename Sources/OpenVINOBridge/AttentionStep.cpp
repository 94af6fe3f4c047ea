#include "AttentionStep.hpp"

#include <algorithm>
#include <stdexcept>

#include "Products.hpp"
#include "Sharing.hpp"

namespace bridge {

namespace {

thread_local Room scratch_room, parts_room;

// Multiplications for which it is worth waking a thread.
constexpr size_t smallest_share = size_t{1} << 16;

// Tokens of one sequence, and where in the rows they begin.
struct Span {
  oven_attention_span span;
  size_t row;
};

// A few tokens of a span, for one shared head.
struct Work {
  const Span *span;
  size_t head, begin, end;
};

[[noreturn]] void refuse() { throw std::runtime_error("sequences that are not in the blocks"); }

// Numbers of one of the inputs that say where sequences are.
struct Places {
  const int32_t *numbers;
  size_t count;

  explicit Places(const ov::Tensor &tensor) : numbers(tensor.data<const int32_t>()), count(tensor.get_size()) {}
  size_t at(size_t index) const {
    if (index >= count || numbers[index] < 0) refuse();
    return static_cast<size_t>(numbers[index]);
  }
};

// The blocks are written although they are an input, as OpenVINO's own operation does it.
uint16_t *blocks_of(const ov::Tensor &tensor) { return static_cast<uint16_t *>(const_cast<void *>(tensor.data())); }

// The spans that have tokens among these rows.
std::vector<Span> spans_of(const oven_attention &attention, const AttentionStep &step, const AttentionRows &rows,
                           const ov::TensorVector &inputs) {
  const auto *pages = &inputs[static_cast<size_t>(step.pages)];
  const auto *places = &inputs[static_cast<size_t>(step.places)];
  const Places past(places[0]), begins(places[1]), blocks(places[2]), block_begins(places[3]);
  const size_t block_count = std::min(pages[0].get_shape()[0], pages[1].get_shape()[0]);
  const auto blocks_fit = [&](const ov::Tensor &tensor, size_t size) {
    return tensor.get_byte_size() == tensor.get_shape()[0] * attention.shared * OVEN_ATTENTION_BLOCK * bytes_of_head(size);
  };
  if (!blocks_fit(pages[0], attention.size) || !blocks_fit(pages[1], attention.value_size)) refuse();
  std::vector<Span> spans;
  size_t known = rows.first;
  for (size_t i = 0; i < past.count; i++) {
    const size_t first = begins.at(i), last = begins.at(i + 1);
    const size_t begin = std::max(first, rows.first), end = std::min(last, rows.first + rows.count);
    if (begin >= end) continue;
    if (begin != known) refuse();
    known = end;
    const size_t before = past.at(i) + begin - first, row = begin - rows.first;
    const size_t needed = (before + end - begin + OVEN_ATTENTION_BLOCK - 1) / OVEN_ATTENTION_BLOCK;
    const size_t from = block_begins.at(i);
    if (block_begins.at(i + 1) > blocks.count || block_begins.at(i + 1) < from + needed) refuse();
    for (size_t block = 0; block < needed; block++) {
      if (blocks.at(from + block) >= block_count) refuse();
    }
    const size_t keys = attention.shared * attention.size, values = attention.shared * attention.value_size;
    spans.push_back({{end - begin, before, rows.queries + row * attention.heads * attention.size,
                      rows.keys + row * keys, rows.values + row * values, rows.cosines + row * attention.turned,
                      rows.sines + row * attention.turned, blocks_of(pages[0]), blocks_of(pages[1]), blocks.numbers + from},
                     row});
  }
  if (known != rows.first + rows.count) refuse();
  return spans;
}

void *scratch_of(const oven_attention &attention) { return scratch_room.of(oven_attention_scratch_size(&attention)); }

// A sequence's keys and values are stored by one thread for each head: where a block begins, it is cleared.
void store(const oven_attention &attention, const std::vector<Span> &spans, size_t count) {
  const size_t numbers = count * (attention.size + attention.value_size) / spans.size();
  share(spans.size() * attention.shared, smallest_share / 8 / std::max<size_t>(numbers, 1), [&](size_t begin, size_t end) {
    for (size_t i = begin; i < end; i++) {
      oven_attention_store(&attention, &spans[i / attention.shared].span, i % attention.shared, scratch_of(attention));
    }
  });
}

// Keys that the last token of some work sees.
size_t seen_keys(const oven_attention &attention, const Work &work) {
  const size_t all = work.span->span.past + work.end;
  return attention.window ? std::min(all, attention.window) : all;
}

}  // namespace

std::array<int64_t, AttentionStep::number_count> AttentionStep::numbers() const {
  return {heads, shared, size, value_size, window, turned, queries, keys, values, cosines, sines, query_norm, key_norm, pages, places};
}

std::array<float, AttentionStep::real_count> AttentionStep::reals() const { return {scale, query_epsilon, key_epsilon}; }

AttentionStep AttentionStep::of(const int64_t *n, const float *r) {
  return {n[0], n[1], n[2], n[3], n[4], n[5], n[6], n[7], n[8], n[9], n[10], n[11], n[12], n[13], n[14], r[0], r[1], r[2]};
}

oven_attention AttentionStep::kernel(const float *weights) const {
  const auto count = [](int64_t number) { return static_cast<size_t>(std::max<int64_t>(number, 0)); };
  const auto norm = [&](int64_t first) { return first < 0 ? nullptr : weights + first; };
  return {count(heads), count(shared), count(size),      count(value_size), scale,        count(window),
          count(turned), norm(query_norm), norm(key_norm), query_epsilon,     key_epsilon};
}

void attend_rows(const AttentionStep &step, const AttentionRows &rows, const float *weights, const ov::TensorVector &inputs,
                 float *out) {
  const auto attention = step.kernel(weights);
  const auto spans = spans_of(attention, step, rows, inputs);
  store(attention, spans, rows.count);
  const size_t row_numbers = attention.heads * attention.value_size, group = attention.heads / attention.shared;
  std::vector<Work> whole, split;
  size_t cost = 0;
  for (const auto &span : spans) {
    const size_t together = oven_attention_tokens(&attention, span.span.count);
    for (size_t begin = 0; begin < span.span.count; begin += together) {
      for (size_t head = 0; head < attention.shared; head++) {
        const Work work{&span, head, begin, std::min(span.span.count, begin + together)};
        const bool is_long = together == 1 && span.span.past + work.end > OVEN_ATTENTION_PART;
        (is_long ? split : whole).push_back(work);
        if (!is_long) cost += (work.end - begin) * seen_keys(attention, work);
      }
    }
  }
  const size_t per_key = group * (attention.size + attention.value_size);
  const auto smallest = [&](size_t total, size_t count) { return count * smallest_share / std::max<size_t>(total * per_key, 1); };
  share(whole.size(), smallest(cost, whole.size()), [&](size_t begin, size_t end) {
    for (size_t i = begin; i < end; i++) {
      const auto &work = whole[i];
      oven_attention_attend(&attention, &work.span->span, work.head, work.begin, work.end,
                            out + work.span->row * row_numbers, scratch_of(attention));
    }
  });
  if (split.empty()) return;
  // A token's many keys are looked at in parts, by whichever thread is ready.
  std::vector<std::pair<size_t, size_t>> parts;
  std::vector<size_t> firsts;
  for (size_t i = 0; i < split.size(); i++) {
    firsts.push_back(parts.size());
    const size_t keys = split[i].span->span.past + split[i].end;
    for (size_t part = 0; part * OVEN_ATTENTION_PART < keys; part++) parts.push_back({i, part});
  }
  firsts.push_back(parts.size());
  const size_t floats = oven_attention_part_floats(&attention);
  auto *taken = static_cast<float *>(parts_room.of(parts.size() * floats * sizeof(float)));
  share(parts.size(), smallest(parts.size() * OVEN_ATTENTION_PART, parts.size()), [&](size_t begin, size_t end) {
    for (size_t i = begin; i < end; i++) {
      const auto &work = split[parts[i].first];
      oven_attention_attend_part(&attention, &work.span->span, work.head, work.begin, parts[i].second, taken + i * floats,
                                 scratch_of(attention));
    }
  });
  for (size_t i = 0; i < split.size(); i++) {
    oven_attention_join(&attention, taken + firsts[i] * floats, firsts[i + 1] - firsts[i], split[i].head, split[i].begin,
                        out + split[i].span->row * row_numbers);
  }
}

}  // namespace bridge
