/// The prompt in a binary glTF model: members of `asset.extras`. Source: glTF 2.0, section 4; ComfyUI's SaveGLB.
enum GLB {
    static func read(_ source: some ByteSource) throws(SourceError) -> Metadata? {
        let head = try source.read(at: 0, count: 20)
        guard head.count == 20, head[..<4].elementsEqual(Array("glTF".utf8)),
            head[16..<20].elementsEqual(Array("JSON".utf8))
        else { return nil }
        var metadata = Metadata(mediaType: "model/gltf-binary")
        if littleEndian(head[8..<12]) > source.count { metadata.note("the file is shorter than it says") }
        let length = littleEndian(head[12..<16])
        guard length <= ReadLimit.field else {
            metadata.leave("the description of the model", bytes: length)
            return metadata
        }
        guard let json = try? JSONParser.parse(try source.read(at: 20, count: length)) else {
            metadata.note("the description of the model is broken")
            return metadata
        }
        if let extras = json["asset"]?["extras"]?.object { metadata.add(extras) }
        return metadata
    }
}
