// Heads of queries and keys, in a model that was read: how they come from rows, are normalised, and turn by position.
#pragma once

#include "RowPatterns.hpp"

namespace bridge {

// The whole numbers of a constant.
std::optional<std::vector<int64_t>> integers_of(const Output &value);

// Whether a node gives the numbers of its first input in the same order, those of one token after those of another.
bool keeps_order(const Node &node);

// What a value is made of by changes of shape alone.
Output under_shapes(Output value);

// The same numbers as rows [tokens, 1, width].
Output rows_of(const Output &value, size_t width);

// x · cosines + (−second half of x, first half of x) · sines, of the first `turned` numbers of each head.
struct Turn {
  Output x, cosines, sines;
  size_t turned = 0;
};

// A query or key before it was normalised and turned.
struct Heads {
  Output rows;
  std::optional<Turn> turn;
  std::optional<Norm> norm;
};

// Heads of `size` numbers, found from what attention takes of them.
Heads heads_of(const Output &taken, size_t size, size_t width);

}  // namespace bridge
