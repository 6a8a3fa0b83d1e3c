// How a grouped convolution is cut, and the copies of its input that its loops read.
//
// The input rows that a strip of output rows needs are copied once, with zeros around them, so that
// the loops know no borders; all branches read the same copy. Three kinds of copy:
// - broadcast: the group's channels are whole blocks; a pixel keeps its layout and the loop broadcasts
//   one channel at a time to all lanes.
// - interleaved: N groups of 4 or 8 channels fill a block; a pixel holds the first channels of all
//   groups, then the second ones, and so on, so that the loop broadcasts N at a time. Lanes of outputs
//   are in the same order, until they are stored.
// - expanded: any other groups that share a block; a pixel becomes C/G vectors, the i-th holding for each
//   lane the i-th channel of that lane's group, so that the loop loads where it would have to permute.
//
// What is copied, broadcast and multiplied at a time is a *unit* of 32 bits: one float channel or a pair
// of bfloat16 channels.

/// The groups of a block that a loop broadcasts at a time, but for these three; `single` is `expanded`
/// where a pixel is one vector, which a loop may be made for but a shape is never cut as.
enum : int { single = -1, expanded = 0, broadcast = 1 };

/// How a shape is cut: a bundle is the output blocks that read the same copied channels.
struct Cut {
  int group_inputs, group_outputs;
  int groups;                  // that share a block: `broadcast`, `expanded` or N if interleaved
  int bundles, bundle_blocks;  // output blocks a bundle
  int vectors;                 // output blocks a tile, 1 or 2
  int input_blocks;            // blocks copied for a bundle, broadcast only
  int units;                   // units of a group's input channels
  int pixel;                   // units of a copied pixel in one of its blocks
};

SK_INLINE Cut cut(const sk_shape &s) {
  Cut c;
  c.group_inputs = s.input_channels / s.groups;
  c.group_outputs = s.output_channels / s.groups;
  const bool whole = c.group_inputs % lanes == 0 && c.group_outputs % lanes == 0;
  const bool interleaves = SK_REGISTERS >= 16 && c.group_inputs == c.group_outputs &&
      (c.group_inputs == 4 || c.group_inputs == 8);
  c.groups = whole ? broadcast : interleaves ? lanes / c.group_inputs : expanded;
  const int blocks = (s.output_channels + lanes - 1) / lanes;
  c.bundles = whole ? s.groups : blocks;
  c.bundle_blocks = whole ? c.group_outputs / lanes : 1;
  c.vectors = c.bundle_blocks % 2 == 0 ? 2 : 1;
  c.input_blocks = whole ? c.group_inputs / lanes : 1;
  c.units = (c.group_inputs + per_unit - 1) / per_unit;
  c.pixel = c.groups == expanded ? c.units * lanes : lanes / per_unit;
  return c;
}

/// Exchanges the two ways of counting the values of N groups: a group after another, or the first values
/// of all groups after another.
template <int N, typename Vector, int... l>
SK_INLINE Vector interleaved(Vector v, Indices<l...>) {
  return __builtin_shufflevector(v, v, (l % N * ((int)sizeof...(l) / N) + l / N)...);
}

/// A block's values in the order of the loop's lanes.
template <int N> SK_INLINE vec in_loop_order(vec v) {
  if constexpr (N <= 1) return v;
  else return interleaved<N>(v, Lanes());
}

/// Undoes `in_loop_order`.
template <int N> SK_INLINE vec in_block_order(vec v) {
  if constexpr (N <= 1) return v;
  else return interleaved<lanes / N>(v, Lanes());
}

/// The block's channel in a lane of the loop.
SK_INLINE int channel_of_lane(const Cut &c, int lane) {
  return c.groups <= 1 ? lane : lane % c.groups * (lanes / c.groups) + lane / c.groups;
}

template <int N, int... l>
SK_INLINE vec repeat(const float *p, Indices<l...>) {
  typedef float few __attribute__((vector_size(4 * N), aligned(2), may_alias));
  const few v = *(const few *)p;
  return __builtin_shufflevector(v, v, (l % N)...);
}

/// One unit of each of N groups, to all lanes of those groups; an expanded one lies there as it is.
template <int N> SK_INLINE vec spread(const float *p) {
  if constexpr (N <= expanded) return load(p);
  else if constexpr (N == broadcast) return splat_unit(p);
  else return repeat<N>(p, Lanes());
}

template <int N, typename Source>
SK_INLINE void interleave_row(const Source *from, int width, float *to) {
  for (int x = 0; x < width; x++, from += lanes, to += lanes / per_unit) {
    *(unaligned_block_units *)to = interleaved<N>(load_units(from), Make<lanes / per_unit>());
  }
}

/// Lane l of vector i of an expanded pixel: unit i of the l-th lane's group of G channels.
template <int G, int i, int... l>
SK_INLINE vec expand_unit(block_units pixel, Indices<l...>) {
  return __builtin_shufflevector(pixel, pixel, (l / G * (G / per_unit) + i)...);
}

/// Expands a row whose groups of G channels lie within a block.
template <int G, typename Source, int... i>
SK_INLINE void expand_row(const Source *from, int width, float *to, Indices<i...>) {
  for (int x = 0; x < width; x++, from += lanes, to += sizeof...(i) * lanes) {
    const block_units pixel = load_units(from);
    (store(to + i * lanes, expand_unit<G, i>(pixel, Lanes())), ...);
  }
}

/// Copies a row as it is, as numbers of its own format or as floats.
SK_INLINE void copy_values(const operand *from, int width, float *to) {
  __builtin_memcpy(to, from, (size_t)width * lanes * sizeof(operand));
}
#if SK_BF16 && !SK_PAIRS
SK_INLINE void copy_values(const element *from, int width, float *to) {
  for (int i = 0; i < width * lanes; i += lanes) store(to + i, load(from + i));
}
#endif

/// Expands a row whose groups have one channel: the other half of a pair is zero.
template <typename Source>
SK_INLINE void expand_row(const Source *from, int width, float *to) {
#if SK_PAIRS
  for (int x = 0; x < width; x++, from += lanes, to += lanes) {
    store(to, (vec)__builtin_convertvector(load_raw(from), bits_vec));
  }
#else
  copy_values(from, width, to);
#endif
}

SK_INLINE operand as_operand(operand x) { return x; }
#if SK_BF16 && !SK_PAIRS
SK_INLINE operand as_operand(element x) { return widened(x); }
#endif

/// Copies row y of a bundle's block b, which lies in the picture.
template <typename Source>
static void copy_row(
    const sk_shape &s, const Cut &c, int bundle, int b, int y, const Source *input, float *to) {
  const size_t plane = (size_t)s.height * s.width * lanes;
  const size_t offset = (size_t)y * s.width * lanes;
  const int block = bundle * c.input_blocks + b;
  const Source *from = input + block * plane + offset;
  if (c.groups == broadcast) return copy_values(from, s.width, to);
  if (c.groups == 2) return interleave_row<2>(from, s.width, to);
  if constexpr (lanes > 8) {
    if (c.groups == 4) return interleave_row<4>(from, s.width, to);
  }
  if (c.group_inputs == c.group_outputs) {
    switch (c.group_inputs) {
      case 1: return expand_row(from, s.width, to);
      case 2: return expand_row<2>(from, s.width, to, Make<2 / per_unit>());
      case 4: return expand_row<4>(from, s.width, to, Make<4 / per_unit>());
    }
  }
  // Groups that straddle blocks, or whose inputs and outputs differ in number.
  operand *lane = (operand *)to;
  for (int l = 0; l < lanes; l++) {
    const int o = bundle * lanes + l;
    const int first = o < s.output_channels ? o / c.group_outputs * c.group_inputs : 0;
    for (int i = 0; i < c.units * per_unit; i++) {
      const int channel = first + i;
      const Source *source = input + channel / lanes * plane + offset + channel % lanes;
      operand *target = lane + ((size_t)i / per_unit * lanes + l) * per_unit + i % per_unit;
      for (int x = 0; x < s.width; x++) {
        target[(size_t)x * c.pixel * per_unit] =
            i < c.group_inputs ? as_operand(source[x * lanes]) : operand();
      }
    }
  }
}

/// Copies input rows [first, first + rows) of a bundle, zeros outside the picture and `padding` zeros
/// left and right.
template <typename Source>
static void copy_rows(
    const sk_shape &s, const Cut &c, int bundle, int first, int rows, int padding,
    const Source *input, float *scratch) {
  const size_t border = (size_t)padding * c.pixel;
  const size_t row = (size_t)s.width * c.pixel + 2 * border;
  for (int b = 0; b < c.input_blocks; b++) {
    for (int r = 0; r < rows; r++, scratch += row) {
      const int y = first + r;
      if (y < 0 || y >= s.height) {
        __builtin_memset(scratch, 0, row * sizeof(float));
        continue;
      }
      __builtin_memset(scratch, 0, border * sizeof(float));
      copy_row(s, c, bundle, b, y, input, scratch + border);
      __builtin_memset(scratch + row - border, 0, border * sizeof(float));
    }
  }
}

/// Rows of a strip: the copy should stay in the second-level cache beside the weights and outputs.
SK_INLINE int strip_rows(const sk_shape &s, const Cut &c, int padding, int reach) {
  const size_t row = (size_t)(s.width + 2 * padding) * c.pixel * c.input_blocks * sizeof(float);
  const int copied = (int)((size_t)(192 << 10) / (row ? row : 1));
  const int rows = (copied - reach) / s.stride + 1;
  return rows < 4 ? (s.output_height < 4 ? s.output_height : 4)
                  : (rows > s.output_height ? s.output_height : rows);
}
