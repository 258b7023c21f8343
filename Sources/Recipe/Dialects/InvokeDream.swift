/// The command line that the first InvokeAI wrote under `Dream`: `"a cat" -s50 -S123 -W512 -H512 -C7.5 -A k_lms`.
enum InvokeDream {
    static func read(_ text: String) -> Recipe? {
        guard text.hasPrefix("\""), let end = text.dropFirst().lastIndex(of: "\"") else { return nil }
        let prompt = String(text[text.index(after: text.startIndex)..<end])
        var options: [(key: String, value: String)] = []
        var words = text[text.index(after: end)...].split(separator: " ")[...]
        while let word = words.popFirst() {
            guard word.first == "-", word.count >= 2 else { continue }
            let key = String(word.dropFirst().prefix(1))
            let rest = String(word.dropFirst(2))
            options.append((key, rest.isEmpty ? words.popFirst().map(String.init) ?? "" : rest))
        }
        let value = { (key: String) in options.first { $0.key == key }.map { JSON.string($0.value) } }
        guard value("s") != nil || value("S") != nil else { return nil }
        var record = FlatRecord("InvokeAI", dialect: "invokeai-dream", field: "Dream")
        record.sample { pass in
            // Words in square brackets are the negative prompt.
            pass.positive = (try? JSONParser.parse("\"" + prompt + "\""))?.string ?? prompt
            pass.steps = value("s")?.numeric
            pass.seed = value("S")?.numeric
            pass.width = value("W")?.numeric
            pass.height = value("H")?.numeric
            pass.cfg = value("C")?.numeric
            pass.sampler = value("A")?.string
            pass.denoise = value("f")?.numeric
        }
        record.note(.modelUnnamed, "the model is not named in the record")
        return record.finish(noise: .gpu)
    }
}
