// Requests and their states.
#include "Handles.hpp"

namespace bridge {

namespace {

void fill_state(ovb_table &table) {
  table.request_reset_states = [](ovb_request *request) {
    return guarded([&] { request->request.reset_state(); });
  };
  table.request_state_count = [](ovb_request *request, size_t *out) {
    return guarded([&] { *out = request->request.query_state().size(); });
  };
  table.request_state = [](ovb_request *request, size_t index, ovb_state **out) {
    return guarded([&] { *out = new ovb_state{request->request.query_state().at(index)}; });
  };
  table.state_release = [](ovb_state *state) { guarded([&] { delete state; }); };
  table.state_name = [](const ovb_state *state, ovb_list **out) {
    return guarded([&] { give(out, {state->state.get_name()}); });
  };
  table.state_tensor = [](const ovb_state *state, ovb_tensor **out) {
    return guarded([&] { *out = new ovb_tensor{state->state.get_state()}; });
  };
  table.state_set_tensor = [](ovb_state *state, const ovb_tensor *tensor) {
    return guarded([&] { state->state.set_state(tensor->tensor); });
  };
  table.state_reset = [](ovb_state *state) { return guarded([&] { state->state.reset(); }); };
}

}  // namespace

void fill_request(ovb_table &table) {
  fill_state(table);
  table.request_create = [](const ovb_compiled *compiled, ovb_request **out) {
    return guarded([&] { *out = new ovb_request{compiled->compiled.create_infer_request()}; });
  };
  table.request_release = [](ovb_request *request) { guarded([&] { delete request; }); };
  table.request_set_tensor = [](ovb_request *request, ovb_direction direction, size_t index,
                                const ovb_tensor *tensor) {
    return guarded([&] {
      direction == OVB_INPUT ? request->request.set_input_tensor(index, tensor->tensor)
                             : request->request.set_output_tensor(index, tensor->tensor);
    });
  };
  table.request_tensor = [](ovb_request *request, ovb_direction direction, size_t index, ovb_tensor **out) {
    return guarded([&] {
      *out = new ovb_tensor{direction == OVB_INPUT ? request->request.get_input_tensor(index)
                                                   : request->request.get_output_tensor(index)};
    });
  };
  table.request_infer = [](ovb_request *request) { return guarded([&] { request->request.infer(); }); };
  table.request_start = [](ovb_request *request) { return guarded([&] { request->request.start_async(); }); };
  table.request_wait = [](ovb_request *request, int64_t milliseconds, int32_t *done) {
    return guarded([&] {
      bool finished = true;
      if (milliseconds < 0) {
        request->request.wait();
      } else {
        finished = request->request.wait_for(std::chrono::milliseconds(milliseconds));
      }
      *done = finished;
    });
  };
  table.request_cancel = [](ovb_request *request) { return guarded([&] { request->request.cancel(); }); };
}

}  // namespace bridge
