#define LINEAR_TABLE oven_linear_portable
#define LINEAR_NAME "portable"
#define TILE_ROWS 4
#define TILE_VECTORS 1
#include "LinearBody.h"
