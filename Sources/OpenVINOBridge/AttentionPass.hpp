// Attention over pages in a model that was read.
#pragma once

#include <string>

#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Weverything"
#include "openvino/core/model.hpp"
#pragma clang diagnostic pop

namespace bridge {

// Puts chains of one attention, of ours, in the place of OpenVINO's paged attention, together with the norms and the turning
// of queries and keys before it. `identity` is that of the weights of the chains that they will become parts of.
void place_attention(ov::Model &model, const std::string &identity);

}  // namespace bridge
