// Mixtures of experts in a model that was read.
#pragma once

#include <string>
#include <vector>

#include "MatrixFinder.hpp"

#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Weverything"
#include "openvino/core/model.hpp"
#pragma clang diagnostic pop

namespace bridge {

// Replaces mixtures that compute every expert for every token by operations of ours; the matrices of those that were.
std::vector<PlacedMatrix> place_experts(ov::Model &model, const std::string &identity, const MatrixFinder &finder,
                                        bool exact);

}  // namespace bridge
