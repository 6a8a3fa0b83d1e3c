import Checkpoints
import Foundation
import Networks

/// A published network: its own tensor names, and where each of ours is among them.
package struct PublishedNetwork: Sendable, CustomStringConvertible {
  /// Name of the fixture file, which lists the foreign names and shapes.
  package var fixture: String
  /// Name that a model read from it has.
  package var name: String
  /// Column of the table of names.
  var column: Column
  /// Whether it is one of timm's `d`, some of whose names differ.
  var isDeep = false

  package var description: String { fixture }

  enum Column: Int, Sendable {
    case timmBottleneck
    case timmBasic
    case syt2
    case insight
    case caffe
    case simCLR
  }

  package static let pytorch = [
    PublishedNetwork(
      fixture: "timm-skresnext50_32x4d", name: "skresnext50_32x4d", column: .timmBottleneck),
    PublishedNetwork(fixture: "timm-skresnet50", name: "skresnet50", column: .timmBottleneck),
    PublishedNetwork(
      fixture: "timm-skresnet50d", name: "skresnet50d", column: .timmBottleneck, isDeep: true),
    PublishedNetwork(fixture: "timm-skresnet18", name: "skresnet18", column: .timmBasic),
    PublishedNetwork(fixture: "timm-skresnet34", name: "skresnet34", column: .timmBasic),
    PublishedNetwork(fixture: "syt2-sknet50", name: "syt2-sknet50", column: .syt2),
    PublishedNetwork(fixture: "insight-sk_resnet50", name: "sk_resnet50", column: .insight),
    PublishedNetwork(fixture: "simclr-r50_1x_sk1", name: "simclr-r50_1x_sk1", column: .simCLR),
  ]

  package static let caffe = [
    PublishedNetwork(fixture: "caffe-sknet50", name: "caffe-sknet50", column: .caffe),
    PublishedNetwork(fixture: "caffe-sknet101", name: "caffe-sknet101", column: .caffe),
  ]

  package static func named(_ fixture: String) -> PublishedNetwork {
    pytorch.first { $0.fixture == fixture } ?? pytorch[0]
  }

  /// The foreign tensors' shapes, as the network's own code made them; a Caffe layer's blobs have the
  /// names that they have in `CaffeModel`.
  package func shapes() throws -> [String: [Int]] {
    guard column == .caffe else { return try metadata("tensors") }
    var shapes: [String: [Int]] = [:]
    for (layer, list) in try blobs() {
      for (field, shape) in zip(Self.fields(of: list.count), list) {
        // The formula takes a batch norm's [1, C, 1, 1] as [C].
        shapes["\(layer).\(field)"] =
          list.count == 4 || field == "bias" ? [shape.reduce(1, *)] : shape
      }
    }
    return shapes
  }

  /// The shapes of a Caffe network's blobs by layer.
  package func blobs() throws -> [String: [[Int]]] { try metadata("blobs") }

  /// What the blobs of a Caffe layer are, by their number.
  package static func fields(of count: Int) -> [String] {
    count == 1
      ? ["weight"] : Array(["weight", "bias", "running_mean", "running_var"].prefix(count))
  }

  private func metadata<Value: Decodable>(_ key: String) throws -> Value {
    let metadata = try Fixture("foreign/" + fixture).file.metadata
    return try JSONDecoder().decode(Value.self, from: Data((metadata[key] ?? "").utf8))
  }

  /// The network as it is read, without a file: formula weights of the foreign names.
  package func model() throws -> Model {
    let shapes = try shapes()
    let tensors = try NamedTensors(path: fixture, shapes: shapes) {
      name throws(CheckpointError) in Formula.tensor(name, shape: shapes[name] ?? [])
    }
    return try Model(tensors, sha256: "")
  }

  /// Name of a unit's attention in the fixture.
  package func attentionName(of unit: Networks.Unit) -> String {
    let module =
      switch column {
      case .timmBottleneck: "conv2.attn"
      case .timmBasic: "conv1.attn"
      case .syt2: "conv2.softmax"
      case .simCLR: "net.2"
      case .insight, .caffe: ""
      }
    let name = prefix(stage: unit.stageIndex, unit: unit.unitIndex) + module
    return "attention." + (module.isEmpty ? String(name.dropLast()) : name)
  }

  /// The foreign tensors, filled by the formula of their own names.
  package func tensors() throws -> [(name: String, tensor: Tensor)] {
    try shapes().sorted { $0.key < $1.key }.map {
      ($0.key, Formula.tensor($0.key, shape: $0.value))
    }
  }

  /// What a parameter of ours must be: by the table of names, and for a select layer its rows of the
  /// joint tensor.
  package func expected(_ parameter: Parameter, shapes: [String: [Int]]) -> Tensor? {
    guard let (name, row) = foreignName(of: parameter), let shape = shapes[name] else { return nil }
    let tensor = Formula.tensor(name, shape: shape)
    guard row > 0 || shape != parameter.shape else { return tensor }
    let width = shape.dropFirst().reduce(1, *)
    return Tensor(
      shape: parameter.shape,
      values: Array(tensor.values[(row * width)..<(row * width + parameter.count)]))
  }

  /// Names within a unit: ours, then the columns' own; `+C` marks the rows of the second branch.
  private static let units = """
    reduce.conv        conv1.conv             -                      conv1.0          conv1         1x1_reduce   net.0
    reduce.bn          conv1.bn               -                      conv1.1          bn1           1x1_reduce/bn net.1.0
    branches.0.conv    conv2.paths.0.conv     conv1.paths.0.conv     conv2.convs.0.0  conv2         3x3g32       net.2.main_conv.0
    branches.0.bn      conv2.paths.0.bn       conv1.paths.0.bn       conv2.convs.0.1  bn2           3x3g32/bn    net.2.main_conv.1.0
    branches.1.conv    conv2.paths.1.conv     conv1.paths.1.conv     conv2.convs.1.0  conv2g        3x3g32d2     net.2.main_conv.0+C
    branches.1.bn      conv2.paths.1.bn       conv1.paths.1.bn       conv2.convs.1.1  bn2g          3x3g32d2/bn  net.2.main_conv.1.0+C
    fuse.conv          conv2.attn.fc_reduce   conv1.attn.fc_reduce   conv2.fc.0       conv_fc1      B_fc1        net.2.mixing_conv.0
    fuse.bn            conv2.attn.bn          conv1.attn.bn          conv2.fc.1       bn_fc1        B_fc1/bn     net.2.mixing_conv.1.0
    select.0           conv2.attn.fc_select   conv1.attn.fc_select   conv2.fcs.0      conv_fc2      B_fc2        net.2.mixing_conv.2
    select.1           conv2.attn.fc_select+C conv1.attn.fc_select+C conv2.fcs.1      conv_fc2+C    B_fc2+C      net.2.mixing_conv.2+C
    expand.conv        conv3.conv             conv2.conv             conv3.0          conv3         1x1_increase net.3
    expand.bn          conv3.bn               conv2.bn               conv3.1          bn3           1x1_increase/bn net.4.0
    shortcut.conv      downsample.0           downsample.0           shortcut.0       downsample.0  1x1_proj     projection.shortcut.2
    shortcut.bn        downsample.1           downsample.1           shortcut.1       downsample.1  1x1_proj/bn  projection.bn.0
    """

  private static let outer = """
    stem.conv          conv1                  conv1                  basic_conv.0     conv1         conv1/7x7_s2 net.0.4
    stem.bn            bn1                    bn1                    basic_conv.1     bn1           conv1/7x7_s2/bn net.0.5.0
    classifier         fc                     fc                     classifier       fc            classifier   fc
    """

  /// What timm's `d` names otherwise.
  private static let deep = """
    stem.hidden.0.conv conv1.0
    stem.hidden.0.bn   conv1.1
    stem.hidden.1.conv conv1.3
    stem.hidden.1.bn   conv1.4
    stem.conv          conv1.6
    shortcut.conv      downsample.1
    shortcut.bn        downsample.2
    """

  /// What SimCLRv2's have besides.
  private static let hidden = """
    stem.hidden.0.conv net.0.0
    stem.hidden.0.bn   net.0.1.0
    stem.hidden.1.conv net.0.2
    stem.hidden.1.bn   net.0.3.0
    """

  /// What the names of a unit's tensors start with.
  private func prefix(stage: Int, unit: Int) -> String {
    switch column {
    case .timmBottleneck, .timmBasic, .insight: "layer\(stage + 1).\(unit)."
    case .syt2: "stage_\(stage + 1).\(unit)."
    case .caffe: "conv\(stage + 2)_\(unit + 1)/"
    case .simCLR: "net.\(stage + 1).blocks.\(unit)."
    }
  }

  private func foreignName(of parameter: Parameter) -> (name: String, row: Int)? {
    var parts = parameter.name.split(separator: ".").map(String.init)
    let field = parts.removeLast()
    var prefix = ""
    var table = Self.outer
    if parts[0] == "stages", let stage = Int(parts[1]), let unit = Int(parts[2]) {
      prefix = self.prefix(stage: stage, unit: unit)
      table = Self.units
      parts.removeFirst(3)
    }
    let others = isDeep ? Self.deep : column == .simCLR ? Self.hidden : ""
    for line in others.split(separator: "\n") {
      let row = line.split(separator: " ").map(String.init)
      if row[0] == parts.joined(separator: ".") { return (prefix + row[1] + "." + field, 0) }
    }
    for line in table.split(separator: "\n") {
      let row = line.split(separator: " ").map(String.init)
      guard row[0] == parts.joined(separator: ".") else { continue }
      let cell = row[column.rawValue + 1]
      if cell == "-" { return nil }
      let isSecond = cell.hasSuffix("+C")
      return (
        prefix + cell.replacing("+C", with: "") + "." + field, isSecond ? parameter.shape[0] : 0
      )
    }
    return nil
  }
}
