import Testing

/// A shape of the grid.
struct ConvolutionCase: CustomTestStringConvertible, Sendable {
  var inputs: Int
  var outputs: Int
  var groups: Int
  var height: Int
  var width: Int
  var stride = 1
  /// Kernel side and dilation of each branch.
  var branches: [(kernel: Int, dilation: Int)] = [(3, 1), (3, 2)]
  var relu = true
  var accumulate = false

  var testDescription: String {
    "\(inputs)>\(outputs)/\(groups) \(height)×\(width)/\(stride) "
      + branches.map { "\($0.kernel)d\($0.dilation)" }.joined(separator: "+")
      + (accumulate ? " +=" : "")
  }

  /// Every stage width of the catalogue, in groups as its networks have them.
  static let catalogue: [ConvolutionCase] = [
    (32, 8), (64, 8), (128, 8), (256, 8), (128, 32), (256, 32), (512, 32), (1024, 32),
  ].flatMap { width, groups in
    [(7, 7, 1), (7, 7, 2), (14, 14, 1), (15, 9, 2), (1, 1, 1), (2, 3, 2)].map {
      ConvolutionCase(
        inputs: width, outputs: width, groups: groups, height: $0.0, width: $0.1, stride: $0.2)
    }
  }

  /// Widths of rows around those of the tiles, and rows that need several strips.
  static let rows: [ConvolutionCase] = (1...31).flatMap { width in
    [1, 2, 4, 8, 32].flatMap { group in
      [1, 2].map { stride in
        ConvolutionCase(
          inputs: 64, outputs: 64, groups: 64 / group, height: 3, width: width, stride: stride)
      }
    }
  }

  /// Kernels, dilations and strides without code of their own.
  static let kernels: [ConvolutionCase] = [1, 3, 5, 7].flatMap { kernel in
    [1, 2, 3].flatMap { dilation in
      [1, 2, 3].flatMap { stride in
        [1, 2, 4, 8, 16, 32].map { group in
          ConvolutionCase(
            inputs: 64, outputs: 64, groups: 64 / group, height: 13, width: 9, stride: stride,
            branches: [(kernel, dilation)])
        }
      }
    }
  }

  /// Groups of any width, inside, across and beyond blocks; inputs and outputs that differ.
  static let groups: [ConvolutionCase] = [
    (32, 32, 32), (24, 24, 12), (24, 24, 8), (24, 24, 4), (36, 36, 3), (12, 12, 1), (40, 40, 5),
    (128, 128, 2), (7, 7, 7), (48, 48, 1), (33, 33, 11), (64, 64, 1), (3, 16, 1), (16, 32, 4),
    (32, 16, 8), (32, 64, 2), (64, 32, 1), (5, 35, 5), (1, 1, 1), (96, 96, 2),
  ].flatMap { inputs, outputs, groups in
    [1, 2].map {
      ConvolutionCase(
        inputs: inputs, outputs: outputs, groups: groups, height: 9, width: 11, stride: $0,
        branches: [(3, 1), (5, 1), (3, 3)])
    }
  }

  /// What else the engine asks for.
  static let others: [ConvolutionCase] = [
    ConvolutionCase(inputs: 128, outputs: 128, groups: 32, height: 56, width: 56),
    ConvolutionCase(inputs: 64, outputs: 64, groups: 2, height: 130, width: 70),
    ConvolutionCase(
      inputs: 64, outputs: 128, groups: 1, height: 6, width: 5, branches: [(1, 1)],
      accumulate: true),
    ConvolutionCase(
      inputs: 32, outputs: 32, groups: 8, height: 6, width: 5, relu: false, accumulate: true),
    ConvolutionCase(
      inputs: 3, outputs: 32, groups: 1, height: 31, width: 33, stride: 2, branches: [(7, 1)]),
  ]
}
