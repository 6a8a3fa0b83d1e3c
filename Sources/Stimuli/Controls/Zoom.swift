import Pictures
import Randomness

/// One photograph's zoom, from which its controls are made.
struct Zoom {
  let scene: any Scene
  let specification: StimulusSpecification
  /// The photograph's name, for seeding.
  let name: String
  /// The zoom's picture at every scale.
  let pictures: [Picture]
  let remake: (Photograph, View, Box?) throws(StimulusError) -> any Scene

  var scales: [Double] { specification.scales }
  var smallest: Double { specification.smallestScale }

  /// Seeds one control's random numbers by the photograph's file name, wherever the file lies.
  func random(_ control: Control) -> SplitMix64 {
    let file = name.split(separator: "/").last.map(String.init) ?? name
    return SplitMix64(seed: specification.seed, name: "\(file)/\(control.rawValue)")
  }
}

/// A control's picture at one of the scales.
struct ControlPicture {
  /// Index of the scale.
  let scale: Int
  let picture: Picture
  let frame: Frame
}

extension Zoom {
  /// A control's pictures in ascending order of scale; none where the photograph does not allow it.
  func pictures(of control: Control) -> [ControlPicture] {
    switch control {
    case .psf: matchedSharpness()
    case .blur: blur()
    case .spectrum: spectrum()
    case .local: localContrast()
    case .scrambled: scrambled()
    case .sham: sham()
    case .seam: seam()
    case .moat: moat()
    case .surround: surround()
    case .noise: noise()
    case .apertureContent: apertureArm { (content: $0, window: smallest) }
    case .apertureWindow: apertureArm { (content: smallest, window: $0) }
    case .gate, .untrained: []
    }
  }

  /// A picture at every scale, of what the zoom is of.
  func atEveryScale(_ make: (Double) -> Picture) -> [ControlPicture] {
    scales.enumerated().map { i, scale in
      ControlPicture(scale: i, picture: make(scale), frame: scene.frame(at: scale))
    }
  }

  /// A picture beside every scale but the smallest, of what the unzoomed picture is of.
  func besideZooms(_ make: (Int) -> Picture) -> [ControlPicture] {
    scales.indices.dropFirst().map { i in
      ControlPicture(scale: i, picture: make(i), frame: scene.frame(at: smallest))
    }
  }

  /// A picture at every scale that keeps the unzoomed one's target.
  func keepingTarget(_ make: (Int) -> Picture) -> [ControlPicture] {
    scales.indices.map { i in
      ControlPicture(
        scale: i, picture: i == 0 ? pictures[0] : make(i), frame: scene.frame(at: smallest))
    }
  }
}
