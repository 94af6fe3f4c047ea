// Properties and shapes between the two worlds.
#include <cstring>
#include <sstream>

#include "Handles.hpp"

namespace bridge {

ov::AnyMap properties_of(const ovb_property *properties, size_t count) {
  ov::AnyMap map;
  for (size_t i = 0; i < count; i++) {
    const auto &property = properties[i];
    switch (property.kind) {
      case OVB_TEXT:
        map[property.key] = std::string(property.text ? property.text : "");
        break;
      case OVB_INTEGER:
        map[property.key] = property.integer;
        break;
      case OVB_REAL:
        map[property.key] = property.real;
        break;
      case OVB_BOOLEAN:
        map[property.key] = property.integer != 0;
        break;
      case OVB_MAP:
        map[property.key] = properties_of(property.items, property.count);
        break;
      default:
        throw BadArgument(std::string("unknown kind of property ") + property.key);
    }
  }
  return map;
}

std::string text_of(const ov::Any &value) {
  if (value.empty()) return "";
  if (value.is<std::string>()) return value.as<std::string>();
  // ov::Any writes true as 1 or as YES after its type; one spelling for all is easier to compare.
  if (value.is<bool>()) return value.as<bool>() ? "YES" : "NO";
  std::ostringstream text;
  value.print(text);
  return text.str();
}

void describe(ovb_port *out, const ov::element::Type &type, const ov::PartialShape &shape) {
  std::memset(out, 0, sizeof *out);
  std::strncpy(out->element_type, type.get_type_name().c_str(), sizeof out->element_type - 1);
  if (shape.rank().is_dynamic()) {
    out->rank = -1;
    return;
  }
  if (shape.size() > OVB_MAX_RANK) throw BadArgument("a shape of more than 16 axes");
  out->rank = static_cast<int32_t>(shape.size());
  for (size_t i = 0; i < shape.size(); i++) {
    out->dimensions[i] = {shape[i].get_min_length(), shape[i].get_max_length()};
  }
}

ov::PartialShape shape_of(const ovb_port &port) {
  if (port.rank < 0) return ov::PartialShape::dynamic();
  if (port.rank > OVB_MAX_RANK) throw BadArgument("a shape of more than 16 axes");
  std::vector<ov::Dimension> dimensions;
  for (int32_t i = 0; i < port.rank; i++) {
    dimensions.emplace_back(port.dimensions[i].min, port.dimensions[i].max);
  }
  return ov::PartialShape(dimensions);
}

std::vector<std::string> names_of(const ov::Output<const ov::Node> &port) {
  const auto &names = port.get_names();
  std::vector<std::string> sorted(names.begin(), names.end());
  std::sort(sorted.begin(), sorted.end());
  return sorted;
}

std::vector<std::string> operations_of(const ov::Model &model) {
  std::vector<std::string> rows;
  for (const auto &node : model.get_ordered_ops()) {
    rows.push_back(node->get_friendly_name());
    rows.push_back(node->get_type_name());
    const bool hasOutput = node->get_output_size() > 0;
    rows.push_back(hasOutput ? node->get_output_element_type(0).get_type_name() : "");
    rows.push_back(hasOutput ? node->get_output_partial_shape(0).to_string() : "");
    const auto &attributes = node->get_rt_info();
    const auto count = rows.size();
    rows.emplace_back();
    size_t written = 0;
    for (const auto &[name, value] : attributes) {
      std::string text;
      try {
        text = text_of(value);
      } catch (const std::exception &) {
        continue;  // A value that only OpenVINO can read.
      }
      rows.push_back(name);
      rows.push_back(std::move(text));
      written++;
    }
    rows[count] = std::to_string(written);
  }
  return rows;
}

}  // namespace bridge
