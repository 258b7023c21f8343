import Recipe
import Support
import Testing

@Suite struct `An object with very many members` {
    @Test func `has the values that were put in, with seed 11`() {
        var random = SplitMix64(seed: 11)
        for count in [3, 63, 64, 65, 66, 400] {
            var object = JSON.Object()
            var model: [(key: String, value: JSON)] = []
            for _ in 0..<count * 3 {
                let key = "k\(Int.random(in: 0..<count, using: &random))"
                let value = JSON.integer(Int.random(in: 0..<1000, using: &random))
                switch Int.random(in: 0..<4, using: &random) {
                case 0:
                    object.append(key, value)
                    model.append((key, value))
                case 1:
                    object[key] = nil
                    model.removeAll { $0.key == key }
                default:
                    object[key] = value
                    if let place = model.lastIndex(where: { $0.key == key }) {
                        model[place].value = value
                    } else {
                        model.append((key, value))
                    }
                }
                #expect(object == JSON.Object(model))
                for number in 0..<count {
                    #expect(object["k\(number)"] == model.last { $0.key == "k\(number)" }?.value)
                }
            }
        }
    }
}
