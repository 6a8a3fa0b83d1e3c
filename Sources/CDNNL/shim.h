#include <oneapi/dnnl/dnnl.h>

/// Declared here because clang's module search may not find GCC's `omp.h`.
void omp_set_num_threads(int count);

/// The count that the calling thread would use.
int omp_get_max_threads(void);
