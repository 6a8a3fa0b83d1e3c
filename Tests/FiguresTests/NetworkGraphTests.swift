import Figures
import Foundation
import Networks
import Testing

#if canImport(FoundationXML)
  import FoundationXML
#endif

/// A network that is drawn.
struct GraphCase: CustomTestStringConvertible {
  var testDescription: String
  var architecture: Architecture
  var input: SpatialSize

  /// The catalogue, and networks that leave little room.
  static let all =
    Catalogue.entries.map {
      GraphCase(
        testDescription: $0.name, architecture: $0.architecture,
        input: SpatialSize(side: $0.inputSize))
    } + [
      edited("sixteen branches", "sknet26") { network in
        network.branches = (0..<16).map {
          Architecture.Branch(kernel: 3, dilation: $0 + 1, groups: 32)
        }
      },
      edited("large kernels", "sknet26", side: 32_768) { network in
        network.branches = [(31, 64), (31, 1)].map {
          Architecture.Branch(kernel: $0.0, dilation: $0.1, groups: 65_536)
        }
      },
      edited("d of its own in every stage", "sknet101", side: 320) { network in
        for stage in network.stages.indices { network.stages[stage].attentionWidth = 4096 }
      },
      edited("basic units on halves", "sknet26-tiny", side: 8) { network in
        network.block = .basic
        network.splitInput = true
        for stage in network.stages.indices {
          network.stages[stage].output = network.stages[stage].width
        }
      },
      edited("attention and squeeze-and-excitation", "sknet50") { network in
        network.squeezeExcitation = Architecture.SqueezeExcitation(reduction: 16)
      },
      edited("a sigmoid shared by the channels", "sknet50") { network in
        network.gate = .sigmoid
        network.attentionScope = .shared
      },
      edited("a softmax at every position", "sknet26") { $0.attentionScope = .position },
      edited("one unit", "resnext50", side: 1) { network in
        network.stages = Array(network.stages.prefix(1))
        network.stages[0].units = 1
      },
      edited("one shuffle unit a stage", "shufflenetv2-0.5x-sk") { network in
        for stage in network.stages.indices { network.stages[stage].units = 1 }
      },
      edited("a deep stem and pooled shortcuts", "sknet50") { network in
        network.stem = .init(kernel: 3, stride: 2, channels: 64, pool: .padded, hidden: [32, 32])
        network.shortcutPool = .average
      },
      edited("one pixel", "resnext50", side: 1) { network in
        network.stem = Architecture.Stem(kernel: 1, stride: 1, channels: 64, pool: .none)
        network.branches = [Architecture.Branch(kernel: 1, dilation: 1, groups: 1)]
        for stage in network.stages.indices { network.stages[stage].stride = 1 }
      },
    ]

  private static func edited(
    _ name: String, _ entry: String, side: Int = 224, _ edit: (inout Architecture) -> Void
  ) -> GraphCase {
    guard var network = Catalogue.entries.first(where: { $0.name == entry })?.architecture else {
      preconditionFailure("the catalogue has no \(entry)")
    }
    edit(&network)
    return GraphCase(
      testDescription: name, architecture: network, input: SpatialSize(side: side))
  }

  func figure() throws -> NetworkGraph {
    NetworkGraph(
      summary: try NetworkSummary(
        name: testDescription, architecture: architecture, input: input))
  }
}

@Suite("The drawing of a network")
struct NetworkGraphTests {
  private let fonts: Fonts

  init() throws { fonts = try Fonts() }

  private func recorded(_ figure: NetworkGraph) -> (page: Rect, canvas: RecordingCanvas) {
    let drawing = figure.drawing(with: fonts)
    let canvas = RecordingCanvas()
    drawing.draw(canvas)
    return (Rect(x: 0, y: 0, width: drawing.width, height: drawing.height), canvas)
  }

  private func figure(_ name: String) throws -> NetworkGraph {
    try #require(GraphCase.all.first { $0.testDescription == name }).figure()
  }

  @Test("has no text over another, and all on the page", arguments: GraphCase.all)
  func layout(_ network: GraphCase) throws {
    let (page, canvas) = recorded(try network.figure())
    let boxes = canvas.texts.map { fonts.box(of: $0) }
    let pairs = boxes.indices.flatMap { first in
      boxes.indices.filter { $0 > first && boxes[$0].intersects(boxes[first]) }
        .map { "'\(canvas.texts[first].string)' and '\(canvas.texts[$0].string)'" }
    }
    #expect(pairs.isEmpty)
    #expect(zip(boxes, canvas.texts).filter { !page.contains($0.0) }.map(\.1.string).isEmpty)
    #expect(
      canvas.marks.allSatisfy { $0.points.allSatisfy { page.contains($0) && $0.x.isFinite } })
  }

  /// Fields of SKNet-50 as published; sizes as table 1 has them.
  @Test("says what every unit is, puts out and sees")
  func numbers() throws {
    let (_, canvas) = recorded(try figure("sknet50"))
    let rows = Dictionary(grouping: canvas.texts) { $0.at.y }.values.map { row in
      row.sorted { $0.at.x < $1.at.x }.map(\.string)
    }
    let expected = [
      ["SK_3_4", "512×28×28", "256", "326 k", "234 M", "8", "155", "171"],
      ["SK_5_3", "2048×7×7", "1024", "4.99 M", "235 M", "32", "779", "843"],
      ["stage 4", "6 × [1×1, 512 · SK[2, 32, 16], 512 · 1×1, 1024]"],
      ["classifier", "1000", "2.05 M", "2.05 M"],
    ]
    for row in expected { #expect(rows.contains(row)) }
    #expect(canvas.texts.contains { $0.string == "3×3, D 2, G 32" })
    #expect(canvas.texts.contains { $0.string == "d = max(C / 16, 32)" })
  }

  @Test(
    "writes a unit as table 1 does",
    arguments: [
      ("sknet50-k3-7x7g128", "3 × [1×1, 1024 · SK[2, 32/128, 16], 1024 · 1×1, 2048]"),
      ("sknet50-k3-k5-sum", "4 × [1×1, 256 · sum of 2, 256 · 1×1, 512]"),
      ("senet50", "3 × [1×1, 128 · 3×3, 128 · 1×1, 256 · SE, r 16]"),
      ("shufflenetv2-1.0x-sk", "1 + 3 × [1×1, 58 · SK[2, 58, 16], 58 · 1×1, 58]"),
      ("shufflenetv2-0.5x-se", "1 + 7 × [1×1, 48 · 3×3, 48 · 1×1, 48 · SE, r 16]"),
      ("basic units on halves", "2 × [SK[2, 8, 16], 32 · 3×3, 32]"),
      (
        "a sigmoid shared by the channels",
        "6 × [1×1, 512 · SK[2, 32, 16] sigmoid shared, 512 · 1×1, 1024]"
      ),
      (
        "a softmax at every position",
        "2 × [1×1, 1024 · SK[2, 32, 16] position, 1024 · 1×1, 2048]"
      ),
    ])
  func formula(name: String, expected: String) throws {
    let (_, canvas) = recorded(try figure(name))
    #expect(canvas.texts.contains { $0.string == expected })
  }

  @Test("has bars from the smallest to the largest field on the scale of its labels")
  func bars() throws {
    let (_, canvas) = recorded(try figure("sknet50"))
    // The axis by two of its labels: x = origin + octave · log2(size).
    let labels = canvas.texts.filter {
      ["16", "128"].contains($0.string) && $0.alignment == .middle
    }
    let x16 = try #require(labels.first { $0.string == "16" }).at.x
    let x128 = try #require(labels.first { $0.string == "128" }).at.x
    let octave = (x128 - x16) / 3
    // Bars of SK_3_4, all within the input: 27…155 and 43…171.
    let row = try #require(canvas.texts.first { $0.string == "SK_3_4" }).at.y
    let bars = canvas.marks.map(\.points).filter { points in
      points.count == 4 && points.allSatisfy { abs($0.y - row) < 5 } && points[0].x > x16
    }
    let expected: [(Double, Double)] = [(27, 155), (43, 171)]
    #expect(bars.count == expected.count)
    for (bar, (smallest, largest)) in zip(bars, expected) {
      #expect(abs(bar[0].x - (x16 + octave * (log2(smallest) - 4))) < 0.01)
      #expect(abs(bar[1].x - (x16 + octave * (log2(largest) - 4))) < 0.01)
    }
  }

  @Test(
    "is the same to the byte every time, well-formed as SVG", arguments: ["sknet50", "senet29"])
  func file(name: String) throws {
    let figure = try self.figure(name)
    for format in FigureFormat.allCases {
      #expect(try figure.data(format: format) == figure.data(format: format))
    }
    let parser = XMLParser(data: Data(try figure.data(format: .svg)))
    #expect(parser.parse())
  }

  @Test(
    "rounds counts to three digits",
    arguments: [
      (0, "0"), (999, "999"), (1000, "1.00 k"), (9994, "9.99 k"), (9995, "10.0 k"),
      (99_949, "99.9 k"), (99_950, "100 k"), (999_499, "999 k"), (999_500, "1.00 M"),
      (27_479_784, "27.5 M"), (4_462_710_784, "4.46 G"), (Int.max, "9.22 E"),
    ])
  func metric(count: Int, expected: String) {
    #expect(MetricNumber(count).description == expected)
  }
}
