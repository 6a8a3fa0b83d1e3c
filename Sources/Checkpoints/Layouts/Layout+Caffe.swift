import Networks

extension Layout {
  /// The official Caffe networks, blobs named as `CaffeModel` names them.
  ///
  /// Their pool is unpadded and rounds up. Mean and order of the channels are those of SENet's
  /// networks, whose augmentation the authors say they use; their files hold no data layer.
  ///
  /// - SeeAlso: github.com/implus/SKNet.
  static let caffe = Layout(
    title: "the official Caffe layout",
    marks: ["conv2_1/3x3g32.weight"],
    name: names(
      unit: { "conv\($0.stage + 2)_\($0.unit + 1)/" },
      parts: [
        "reduce.conv": "1x1_reduce", "reduce.bn": "1x1_reduce/bn",
        "branches.0.conv": "3x3g32", "branches.0.bn": "3x3g32/bn",
        "branches.1.conv": "3x3g32d2", "branches.1.bn": "3x3g32d2/bn",
        "fuse.conv": "B_fc1", "fuse.bn": "B_fc1/bn",
        "select.0": "B_fc2", "select.1": "B_fc2",
        "expand.conv": "1x1_increase", "expand.bn": "1x1_increase/bn",
        "shortcut.conv": "1x1_proj", "shortcut.bn": "1x1_proj/bn",
      ],
      outer: [
        "stem.conv": "conv1/7x7_s2", "stem.bn": "conv1/7x7_s2/bn", "classifier": "classifier",
      ]),
    joinsSelect: true,
    conventions: Conventions(
      pool: { _ in .ceil },
      dilation: { branch, _ in branch + 1 },
      preprocessing: { _ in
        Preprocessing(
          size: 224, mean: [104, 117, 123], std: [1, 1, 1], scale: 1, channelOrder: .bgr,
          crop: 0.875, interpolation: .bilinear)
      },
      // Not published for these networks; SENet's, made in the same place, are in the order of the
      // challenge of 2017 (github.com/hujie-frank/SENet/issues/63).
      sortsClassesByID: false),
    variant: { architecture in
      switch architecture.stages.map(\.units) {
      case [3, 4, 6, 3]: "caffe-sknet50"
      case [3, 4, 23, 3]: "caffe-sknet101"
      default: nil
      }
    })
}
