// Grouped convolution over blocked activations, any kernel, dilation, stride and group width.
//
// Packed weights are [output block or pair][ky][input unit][kx][vector][lane].

/// What a panel of tiles works on.
struct Panel {
  const float *input;         // copied pixel under the first output's first tap
  size_t row, block;          // units between copied rows, between copied blocks
  int units;                  // vectors of a pixel, if expanded
  int blocks;                 // copied blocks
  int stride, kernel, dilation;
  int kernel_rows;            // as many as columns, but in the phases of a strided gradient
  int rows, tiles;            // output rows; tiles in each
  const float *weights, *bias;
  element *output;
  size_t output_pixel, output_row, output_block;
  bool relu, accumulate;
  vec *sums;
};

/// `tiles` tiles a row of T outputs x V blocks of N groups. S, K and D of 0 are read from the panel. With
/// all three of S, K, D known the loops over kx and columns unroll, so that a column loaded once serves
/// every tap that sees it.
template <int V, int T, int S, int K, int D, int N>
static void panel(const Panel &p) {
  const int stride = S ? S : p.stride, kernel = K ? K : p.kernel, dilation = D ? D : p.dilation;
  const int units = N == expanded ? p.units : N == single ? 1 : lanes / per_unit / N;
  const int pixel = N <= expanded ? units * lanes : lanes / per_unit;
  const bool rectify = p.relu, accumulate = p.accumulate;
  vec sums[V];
  SK_UNROLL for (int v = 0; v < V; v++) sums[v] = p.sums[v];
  for (int y = 0; y < p.rows; y++) {
    for (int t = 0; t < p.tiles; t++) {
      const float *in = p.input + y * stride * p.row + (size_t)t * T * stride * pixel;
      element *out = p.output + y * p.output_row + t * T * p.output_pixel;
      const float *w = p.weights;
      vec acc[V][T];
      SK_UNROLL for (int v = 0; v < V; v++) {
        const vec bias = in_loop_order<N>(load(p.bias + v * lanes));
        SK_UNROLL for (int j = 0; j < T; j++) acc[v][j] = bias;
      }
      if (accumulate) {
        SK_UNROLL for (int v = 0; v < V; v++) {
          SK_UNROLL for (int j = 0; j < T; j++) {
            acc[v][j] +=
                in_loop_order<N>(load(out + v * p.output_block + j * p.output_pixel));
          }
        }
      }
      for (int ky = 0; ky < p.kernel_rows; ky++) {
        for (int b = 0; b < p.blocks; b++) {
          const float *from = in + ky * dilation * p.row + b * p.block;
          for (int i = 0; i < units; i++, from += N <= expanded ? lanes : N) {
            if constexpr (S && K && D) {
              constexpr int columns = (T - 1) * S + 1 + (K - 1) * D;
              vec tap[V][K];
              SK_UNROLL for (int k = 0; k < K; k++) {
                SK_UNROLL for (int v = 0; v < V; v++, w += lanes) tap[v][k] = load(w);
              }
              SK_UNROLL for (int c = 0; c < columns; c++) {
                bool used = false;
                SK_UNROLL for (int k = 0; k < K; k++) {
                  const int z = c - k * D;
                  used |= z >= 0 && z % S == 0 && z / S < T;
                }
                if (!used) continue;
                const vec x = spread<N>(from + c * pixel);
                SK_UNROLL for (int k = 0; k < K; k++) {
                  const int z = c - k * D;
                  if (z < 0 || z % S != 0 || z / S >= T) continue;
                  SK_UNROLL for (int v = 0; v < V; v++) {
                    acc[v][z / S] = multiply_add(x, tap[v][k], acc[v][z / S]);
                  }
                }
              }
            } else {
              for (int k = 0; k < kernel; k++) {
                const float *column = from + (size_t)k * dilation * pixel;
                vec tap[V];
                SK_UNROLL for (int v = 0; v < V; v++, w += lanes) tap[v] = load(w);
                SK_UNROLL for (int j = 0; j < T; j++) {
                  const vec x = spread<N>(column + (size_t)j * stride * pixel);
                  SK_UNROLL for (int v = 0; v < V; v++) {
                    acc[v][j] = multiply_add(x, tap[v], acc[v][j]);
                  }
                }
              }
            }
          }
        }
      }
      SK_UNROLL for (int v = 0; v < V; v++) {
        SK_UNROLL for (int j = 0; j < T; j++) {
          const vec sum = in_block_order<N>(acc[v][j]);
          const vec a = rectify ? relu(sum) : sum;
          sums[v] += a;
          store(out + v * p.output_block + j * p.output_pixel, a);
        }
      }
    }
  }
  SK_UNROLL for (int v = 0; v < V; v++) p.sums[v] = sums[v];
}

typedef void (*PanelFunction)(const Panel &);

/// Outputs of the widest tile of V blocks: its sums stay in registers beside weights and input.
constexpr int widest(int vectors) {
  return SK_REGISTERS == 32 ? (vectors == 1 ? 14 : 10)
      : SK_REGISTERS == 16  ? (vectors == 1 ? 10 : 6)
                            : (vectors == 1 ? 6 : 3);
}

template <int V, int S, int K, int D, int N, int narrowest = 1, int T = widest(V)>
SK_INLINE PanelFunction of_width(int width) {
  if (width == T) return panel<V, T, S, K, D, N>;
  if constexpr (T > narrowest) return of_width<V, S, K, D, N, narrowest, T - 1>(width);
  return nullptr;
}

/// The panel for a shape. Code of its own has what the networks are made of, at widths where it pays.
template <int V, int N>
static PanelFunction choose(int stride, int kernel, int dilation, int width) {
  // The taps of two blocks need 32 registers.
  constexpr bool slides = N != expanded && (SK_REGISTERS == 32 || (SK_REGISTERS == 16 && V == 1));
  if constexpr (slides) {
    if (kernel == 3 && width >= 4) {
      if (stride == 1 && dilation == 1) return of_width<V, 1, 3, 1, N, 4>(width);
      if (stride == 1 && dilation == 2) return of_width<V, 1, 3, 2, N, 4>(width);
      if (stride == 2 && dilation == 1) return of_width<V, 2, 3, 1, N, 4>(width);
      if (stride == 2 && dilation == 2) return of_width<V, 2, 3, 2, N, 4>(width);
    }
  } else if constexpr (N == broadcast && SK_REGISTERS == 16) {
    if (stride == 1) return of_width<V, 1, 0, 0, N>(width);
    if (stride == 2) return of_width<V, 2, 0, 0, N>(width);
  }
  return of_width<V, 0, 0, 0, N>(width);
}

/// How a row is cut: tiles of two widths that differ by one, so that no remainder is slow.
struct Tiling {
  int width, wide, narrow;  // of the wider; how many of each
};

SK_INLINE Tiling tiling(int columns, int widest) {
  const int tiles = (columns + widest - 1) / widest;
  const int width = (columns + tiles - 1) / tiles;
  const int narrow = tiles * width - columns;
  return Tiling{width, tiles - narrow, narrow};
}

/// Runs a panel over rows of so many columns.
template <int V, int N>
SK_INLINE void run_rows(Panel &p, int columns, int pixel) {
  const Tiling t = tiling(columns, widest(V));
  p.tiles = t.wide;
  choose<V, N>(p.stride, p.kernel, p.dilation, t.width)(p);
  if (t.narrow == 0) return;
  p.input += (size_t)t.wide * t.width * p.stride * pixel;
  p.output += t.wide * t.width * p.output_pixel;
  p.tiles = t.narrow;
  choose<V, N>(p.stride, p.kernel, p.dilation, t.width - 1)(p);
}

/// The largest padding, and the rows below its first that the last tap of any branch reaches.
SK_INLINE void span(const sk_branch *branches, int count, int *padding, int *reach) {
  *padding = 0;
  *reach = 1;
  for (int m = 0; m < count; m++) {
    if (branches[m].padding > *padding) *padding = branches[m].padding;
  }
  for (int m = 0; m < count; m++) {
    const int r =
        *padding - branches[m].padding + branches[m].dilation * (branches[m].kernel - 1) + 1;
    if (r > *reach) *reach = r;
  }
}

static size_t scratch_bytes(const sk_shape &s, const sk_branch *branches, int count) {
  const Cut c = cut(s);
  int padding, reach;
  span(branches, count, &padding, &reach);
  const int rows = (strip_rows(s, c, padding, reach) - 1) * s.stride + reach;
  return (size_t)rows * (s.width + 2 * padding) * c.pixel * c.input_blocks * sizeof(float);
}

static size_t packed_bytes(const sk_shape &s, int kernel) {
  const Cut c = cut(s);
  return (size_t)c.bundles * c.bundle_blocks * c.units * kernel * kernel * lanes * sizeof(float);
}

static void pack_weights(const sk_shape &s, int kernel, const float *weights, void *packed) {
  const Cut c = cut(s);
  operand *to = (operand *)packed;
  for (int block = 0; block < c.bundles * c.bundle_blocks; block += c.vectors) {
    for (int ky = 0; ky < kernel; ky++) {
      for (int unit = 0; unit < c.units; unit++) {
        for (int kx = 0; kx < kernel; kx++) {
          for (int l = 0; l < c.vectors * lanes; l++) {
            for (int i = unit * per_unit; i < (unit + 1) * per_unit; i++) {
              const int o = block * lanes + l / lanes * lanes + channel_of_lane(c, l % lanes);
              const bool exists = o < s.output_channels && i < c.group_inputs;
              *to++ = as_weight(exists
                  ? weights[(((size_t)o * c.group_inputs + i) * kernel + ky) * kernel + kx] : 0);
            }
          }
        }
      }
    }
  }
}

template <int V, int N>
static void convolve_cut(
    const sk_shape &s, const Cut &c, const sk_branch *branches, int count, const element *input,
    float *scratch, float *sums) {
  int padding, reach;
  span(branches, count, &padding, &reach);
  const int strip = strip_rows(s, c, padding, reach);
  const size_t plane = (size_t)s.output_height * s.output_width * lanes;
  const size_t row = (size_t)(s.width + 2 * padding) * c.pixel;
  for (int bundle = 0; bundle < c.bundles; bundle++) {
    for (int y = 0; y < s.output_height; y += strip) {
      const int rows = s.output_height - y < strip ? s.output_height - y : strip;
      const int copied = (rows - 1) * s.stride + reach;
      copy_rows(s, c, bundle, y * s.stride - padding, copied, padding, input, scratch);
      for (int m = 0; m < count; m++) {
        const sk_branch &branch = branches[m];
        const int inset = padding - branch.padding;
        for (int o = 0; o < c.bundle_blocks; o += V) {
          const size_t block = (size_t)bundle * c.bundle_blocks + o;
          vec sum[V];
          SK_UNROLL for (int v = 0; v < V; v++) {
            sum[v] = sums ? load(sums + (block + v) * lanes) : vec{};
          }
          Panel p;
          p.input = scratch + inset * row + (size_t)inset * c.pixel;
          p.row = row;
          p.block = row * copied;
          p.units = c.units;
          p.blocks = c.input_blocks;
          p.stride = s.stride;
          p.kernel = p.kernel_rows = branch.kernel;
          p.dilation = branch.dilation;
          p.rows = rows;
          p.weights = (const float *)branch.weights +
              block * c.units * branch.kernel * branch.kernel * lanes;
          p.bias = branch.bias + block * lanes;
          p.output = (element *)branch.output + block * plane + (size_t)y * s.output_width * lanes;
          p.output_pixel = lanes;
          p.output_row = (size_t)s.output_width * lanes;
          p.output_block = plane;
          p.relu = s.relu;
          p.accumulate = s.accumulate;
          p.sums = sum;
          run_rows<V, N>(p, s.output_width, c.pixel);
          if (sums) {
            SK_UNROLL for (int v = 0; v < V; v++) store(sums + (block + v) * lanes, sum[v]);
          }
        }
      }
    }
  }
}

static void convolve(
    const sk_shape &s, const sk_branch *branches, int count, const void *input, void *scratch,
    float *sums) {
  const Cut c = cut(s);
  const element *from = (const element *)input;
  float *copy = (float *)scratch;
  if (c.vectors == 2) return convolve_cut<2, broadcast>(s, c, branches, count, from, copy, sums);
  if (c.groups == broadcast) {
    return convolve_cut<1, broadcast>(s, c, branches, count, from, copy, sums);
  }
  if constexpr (SK_REGISTERS >= 16) {
    if (c.groups == 2) return convolve_cut<1, 2>(s, c, branches, count, from, copy, sums);
  }
  if constexpr (lanes > 8) {
    if (c.groups == 4) return convolve_cut<1, 4>(s, c, branches, count, from, copy, sums);
  }
  if constexpr (SK_REGISTERS >= 16) {
    if (c.units == 1) return convolve_cut<1, single>(s, c, branches, count, from, copy, sums);
  }
  convolve_cut<1, expanded>(s, c, branches, count, from, copy, sums);
}
