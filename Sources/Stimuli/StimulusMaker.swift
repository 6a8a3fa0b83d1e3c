import Pictures

/// Makes the stimuli of one photograph after the other, each a function of the photograph, its target,
/// its name and the specification alone.
public struct StimulusMaker: Sendable {
  /// What is made.
  public let specification: StimulusSpecification
  /// The picture behind transparent ones, already at the stimuli's size.
  let backdrop: Picture?

  /// Prepares for a specification and reads its background, if that is a file.
  ///
  /// - Throws: `PictureError` if the background cannot be read.
  public init(
    _ specification: StimulusSpecification, limits: DecodingLimits = DecodingLimits()
  ) throws(PictureError) {
    guard case .file(let path) = specification.background else {
      self.init(specification, behind: nil)
      return
    }
    self.init(specification, behind: try Picture(contentsOfFile: path, limits: limits))
  }

  /// Prepares for a specification whose background, if that is a file, was read already.
  package init(_ specification: StimulusSpecification, behind background: Picture?) {
    self.specification = specification
    let size = specification.size
    backdrop = background.map {
      $0.premultiplied()
        .resampled(
          width: size, height: size, box: $0.centralSquare(share: 1), filter: specification.filter
        )
        .premultipliedComposite(over: .gray(size: size))
    }
  }

  /// The same over the same background, for a specification of the same size and filter.
  package func making(_ specification: StimulusSpecification) -> StimulusMaker {
    StimulusMaker(specification, backdrop: backdrop)
  }

  private init(_ specification: StimulusSpecification, backdrop: Picture?) {
    self.specification = specification
    self.backdrop = backdrop
  }

  /// The zoom at every scale, then its controls.
  ///
  /// A control that a photograph has no room for is left out. `gate` adds nothing: it shows the zoom's
  /// stimuli to other weights.
  ///
  /// - Parameters:
  ///   - picture: The photograph, upright.
  ///   - target: The target's box in its pixels, if known.
  ///   - name: The photograph's name, for errors and for seeding.
  /// - Returns: The zooms in ascending order of scale, then each control in that order.
  /// - Throws: `StimulusError.picture` if a scale leaves less than one source pixel, or the protocol needs a
  ///   target and has neither a box nor transparency to tell it by, or cannot show this one.
  public func stimuli(
    for picture: Picture, target: Box? = nil, name: String
  ) throws(StimulusError) -> [Stimulus] {
    let (view, target) = try placed(
      in: picture.bounds, target: target, name: name)
    let photograph = Photograph(picture, backdrop: backdrop(for: name), specification)
    let remake = { (photograph: Photograph, view: View, target: Box?) throws(StimulusError) in
      try specification.protocol.scene(
        of: photograph, view: view, target: target, scales: specification.scales, name: name,
        backdrop: backdrop(for: name))
    }
    let scene = try remake(photograph, view, target)
    let zoom = Zoom(
      scene: scene, specification: specification, name: name,
      pictures: specification.scales.map(scene.zoomed), remake: remake)
    var stimuli = zoom.pictures.enumerated().map { i, picture in
      stimulus(i, nil, picture, scene.frame(at: specification.scales[i]))
    }
    for control in specification.controls {
      stimuli += zoom.pictures(of: control).map {
        stimulus($0.scale, control, $0.picture, $0.frame)
      }
    }
    return stimuli
  }

  /// The stimuli of an encoded photograph.
  ///
  /// Where they are plain crops, as an evaluation's are, a photograph that stands upright and is not
  /// interlaced is resampled row by row as it is decoded: beside its file no more is held than 2 bytes a
  /// channel of the stimulus's width times the rows that are seen. Every other zoom and control looks at
  /// the whole picture more than once, which takes 3 bytes a pixel, or 4 and as many again where it is
  /// transparent.
  ///
  /// - Parameters:
  ///   - bytes: Of a JPEG or PNG file.
  ///   - limits: Of its decoding.
  ///   - target: The target's box in its pixels, if known.
  ///   - name: The photograph's name, for errors and for seeding.
  /// - Returns: What `stimuli(for:target:name:)` makes of the decoded picture.
  /// - Throws: `PictureError` if it cannot be decoded; `StimulusError` as `stimuli(for:target:name:)`.
  public func stimuli(
    decoding bytes: [UInt8], limits: DecodingLimits = DecodingLimits(), target: Box? = nil,
    name: String
  ) throws -> [Stimulus] {
    guard specification.protocol == .crop, specification.controls.allSatisfy({ $0 == .gate }),
      let rows = try PictureRows(bytes, named: name, limits: limits)
    else {
      return try stimuli(
        for: Picture(decoding: bytes, named: name, limits: limits), target: target, name: name)
    }
    let (view, target) = try placed(in: rows.bounds, target: target, name: name)
    let crops = Crops(view: view, target: target)
    let boxes = specification.scales.map(crops.box)
    let views = try rows.views(boxes, size: view.size, filter: specification.filter)
    return views.enumerated().map { i, picture in
      let opaque =
        picture.hasAlpha
        ? picture.premultipliedComposite(over: backdrop(for: name)) : picture
      return stimulus(i, nil, opaque, crops.frame(of: boxes[i]))
    }
  }

  private func stimulus(
    _ scale: Int, _ control: Control?, _ picture: Picture, _ frame: Frame
  ) -> Stimulus {
    Stimulus(
      scale: specification.scales[scale], control: control, pixels: picture.pixels,
      sourceSide: frame.sourceSide, isUndersampled: frame.isUndersampled,
      visibleShare: frame.visibleShare, box: frame.box)
  }

  /// What is in view at scale 1 of a picture, and the part of a target's box that lies within.
  private func placed(
    in bounds: Box, target: Box?, name: String
  ) throws(StimulusError) -> (view: View, target: Box?) {
    let size = "\(Int(bounds.width)) × \(Int(bounds.height)) pixels"
    let inside = target.map { $0.clipped(to: bounds) }
    if let target, let inside, !(inside.width > 0 && inside.height > 0 && inside.area > 0) {
      throw .picture(
        name: name,
        reason: "the target's box \(target.left), \(target.top) … \(target.right), \(target.bottom)"
          + " lies outside of its \(size)")
    }
    let square = bounds.centralSquare(share: specification.crop)
    guard let largest = specification.scales.last, square.width / largest >= 1 else {
      throw .picture(
        name: name,
        reason: "\(size) leave less than one source pixel"
          + " at scale \(specification.scales.last ?? 0)")
    }
    return (View(box: square, size: specification.size), inside)
  }
}
