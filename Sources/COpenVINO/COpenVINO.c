// The boundary is its header; a target needs a source file.
#include "COpenVINO.h"

_Static_assert(sizeof(ovb_port) == 24 + sizeof(ovb_dimension) * OVB_MAX_RANK, "ovb_port has no gaps");
