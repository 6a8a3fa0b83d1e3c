import Foundation
import Networks
import Pictures
import Testing
import TrainingData

@Suite("Batches")
struct BatchTests {
  private let data: MadeUpData
  private let pictures: LabelledPictures
  private let augmentation = Augmentation(
    area: 0.3...1, padding: 2, flips: true, brightness: 0.3, contrast: 0.3, saturation: 0.3)

  init() throws {
    data = try MadeUpData()
    try data.writeFolders("", classes: ["a", "b", "c"], count: 5)
    pictures = try TrainingSets(
      folder: data.path, selection: DataSelection(heldOut: 0), seed: 1
    ).training
  }

  private func recipe(
    _ pictures: LabelledPictures, batch: Int = 4, seed: UInt64 = 1, varied: Bool = true
  ) -> BatchRecipe {
    BatchRecipe(
      pictures: pictures, augmentation: varied ? augmentation : Augmentation(),
      preprocessing: Preprocessing(size: 8), batch: batch, seed: seed)
  }

  @Test("show each picture at most once an epoch, in another order each time")
  func order() throws {
    let recipe = recipe(pictures)
    #expect(recipe.stepsPerEpoch == 3)
    for epoch in 0..<3 { #expect(recipe.order(epoch: epoch).sorted() == Array(0..<15)) }
    #expect(recipe.order(epoch: 0) != recipe.order(epoch: 1))
    #expect(self.recipe(pictures, seed: 2).order(epoch: 0) != recipe.order(epoch: 0))
    let maker = BatchMaker(recipe)
    let labels = try (3..<6).flatMap { try maker.batch(step: $0, size: 8).labels }
    #expect(labels == recipe.order(epoch: 1).prefix(12).map { pictures.items[$0].classIndex })
  }

  @Test("follow from their step alone: not from what was made before, nor from what is in memory")
  func independence() throws {
    var kept = pictures
    for index in stride(from: 0, to: kept.count, by: 2) {
      kept.keep(.success(try kept.picture(index)), at: index)
    }
    let forwards = BatchMaker(recipe(pictures))
    let expected = try (0..<9).map { try forwards.batch(step: $0, size: 6) }
    let backwards = BatchMaker(recipe(kept))
    for step in (0..<9).reversed() {
      let batch = try backwards.batch(step: step, size: 6)
      #expect(batch.pixels == expected[step].pixels)
      #expect(batch.labels == expected[step].labels)
    }
    #expect(expected[0].pixels.count == 4 * 3 * 36)
    #expect(expected[0].pixels != expected[3].pixels)
  }

  @Test("hold the pixels that preprocessing makes of the pictures")
  func pixels() throws {
    let recipe = recipe(pictures, batch: 15, varied: false)
    let batch = try BatchMaker(recipe).batch(step: 0, size: 8)
    for (place, index) in recipe.order(epoch: 0).enumerated() {
      let input = Preprocessing(size: 8).input(pixels: try pictures.picture(index).pixels)
      #expect(Array(batch.pixels[place * 192..<(place + 1) * 192]) == input)
    }
  }

  @Test("vary a picture from epoch to epoch")
  func variation() throws {
    let maker = BatchMaker(recipe(pictures, batch: 15))
    let recipe = recipe(pictures, batch: 15)
    let shown = try (0..<4).map { epoch in
      let place = recipe.order(epoch: epoch).firstIndex(of: 7) ?? 0
      return Array(
        try maker.batch(step: epoch, size: 8).pixels[place * 192..<(place + 1) * 192])
    }
    #expect(Set(shown).count == 4)
  }

  @Test("put the next picture in the place of one that is broken, and say so")
  func broken() throws {
    let path = pictures.items[6].name
    try Data("no picture".utf8).write(to: URL(filePath: path))
    let recipe = recipe(pictures, batch: 15, varied: false)
    let batch = try BatchMaker(recipe).batch(step: 0, size: 8)
    #expect(batch.broken.map(\.path) == [path])
    let order = recipe.order(epoch: 0)
    let place = try #require(order.firstIndex(of: 6))
    let next = try #require(order.firstIndex(of: 7))
    #expect(
      batch.pixels[place * 192..<(place + 1) * 192] == batch.pixels[next * 192..<(next + 1) * 192])
    // Kept as broken, it is the same.
    var kept = pictures
    kept.keep(.failure(PictureError(path: path, reason: "broken")), at: 6)
    #expect(
      try BatchMaker(self.recipe(kept, batch: 15, varied: false)).batch(step: 0, size: 8).pixels
        == batch.pixels)
    for index in kept.items.indices {
      kept.keep(.failure(PictureError(path: path, reason: "broken")), at: index)
    }
    let error = #expect(throws: DataSetError.self) {
      try BatchMaker(self.recipe(kept)).batch(step: 0, size: 8)
    }
    #expect(error?.description.contains("every other picture is broken") == true)
  }

  @Test("are as large as the data set at most")
  func small() throws {
    let recipe = recipe(pictures, batch: 1000)
    #expect(recipe.batch == 15 && recipe.stepsPerEpoch == 1)
    #expect(try BatchMaker(recipe).batch(step: 2, size: 4).labels.count == 15)
  }
}
