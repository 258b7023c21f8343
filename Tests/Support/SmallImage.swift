/// PNGs of one pixel with the text fields that a test wants.
package enum SmallImage {
    /// A PNG with `prompt` and, where given, `workflow`, as ComfyUI's SaveImage writes them; `shade` is its pixel.
    package static func comfy(
        prompt: String, workflow: String? = nil, parameters: String? = nil, shade: UInt8 = 0x80
    ) -> [UInt8] {
        var chunks = text("prompt", prompt)
        if let parameters { chunks += text("parameters", parameters) }
        if let workflow { chunks += text("workflow", workflow) }
        return png(chunks, shade)
    }

    /// A PNG with the text that A1111 and its relatives write.
    package static func infotext(_ parameters: String, shade: UInt8 = 0x80) -> [UInt8] {
        png(text("parameters", parameters), shade)
    }

    /// A text-to-image graph with these models and this seed.
    package static func graph(
        checkpoint: String = "model.safetensors", lora: String? = nil, image: String? = nil, seed: UInt64 = 42
    ) -> String {
        let quoted = { (name: String) in "\"" + name.map { $0 == "\\" ? "\\\\" : String($0) }.joined() + "\"" }
        var nodes = [
            #""4":{"class_type":"CheckpointLoaderSimple","inputs":{"ckpt_name":\#(quoted(checkpoint))}}"#,
            #""6":{"class_type":"CLIPTextEncode","inputs":{"text":"a red cube","clip":["4",1]}}"#,
            #""7":{"class_type":"CLIPTextEncode","inputs":{"text":"blurry","clip":["4",1]}}"#,
            #""8":{"class_type":"VAEDecode","inputs":{"samples":["3",0],"vae":["4",2]}}"#,
            #""9":{"class_type":"SaveImage","inputs":{"filename_prefix":"test","images":["8",0]}}"#,
        ]
        if let lora {
            nodes.append(
                #""10":{"class_type":"LoraLoaderModelOnly","inputs":{"model":["4",0],"lora_name":\#(quoted(lora)),"strength_model":0.8}}"#
            )
        }
        if let image {
            nodes.append(#""11":{"class_type":"LoadImage","inputs":{"image":\#(quoted(image))}}"#)
            nodes.append(#""5":{"class_type":"VAEEncode","inputs":{"pixels":["11",0],"vae":["4",2]}}"#)
        } else {
            nodes.append(#""5":{"class_type":"EmptyLatentImage","inputs":{"width":64,"height":64,"batch_size":1}}"#)
        }
        let model = lora == nil ? "4" : "10"
        nodes.append(
            #""3":{"class_type":"KSampler","inputs":{"model":["\#(model)",0],"seed":\#(seed),"steps":2,"cfg":4.0,"sampler_name":"euler","scheduler":"normal","positive":["6",0],"negative":["7",0],"latent_image":["5",0],"denoise":1.0}}"#
        )
        return "{" + nodes.joined(separator: ",") + "}"
    }

    private static func text(_ key: String, _ value: String) -> [UInt8] {
        chunk("tEXt", Array(key.utf8) + [0] + Array(value.utf8))
    }

    private static func png(_ chunks: [UInt8], _ shade: UInt8) -> [UInt8] {
        let header: [UInt8] = [0, 0, 0, 1, 0, 0, 0, 1, 8, 0, 0, 0, 0]
        // One grey pixel, in a stored deflate block, with its Adler-32.
        let (low, high) = (UInt16(shade) + 1, UInt16(shade) + 2)
        let pixels: [UInt8] =
            [0x78, 0x01, 0x01, 0x02, 0x00, 0xFD, 0xFF, 0x00, shade]
            + [UInt8(high >> 8), UInt8(high & 0xFF), UInt8(low >> 8), UInt8(low & 0xFF)]
        return [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A] + chunk("IHDR", header) + chunks
            + chunk("IDAT", pixels) + chunk("IEND", [])
    }

    private static func chunk(_ type: String, _ data: [UInt8]) -> [UInt8] {
        let body = Array(type.utf8) + data
        return bigEndian(UInt32(data.count)) + body + bigEndian(checksum(body))
    }

    private static func bigEndian(_ value: UInt32) -> [UInt8] { withUnsafeBytes(of: value.bigEndian) { Array($0) } }

    /// CRC-32 of PNG, bit by bit.
    private static func checksum(_ bytes: [UInt8]) -> UInt32 {
        var crc: UInt32 = 0xFFFF_FFFF
        for byte in bytes {
            crc ^= UInt32(byte)
            for _ in 0..<8 { crc = crc & 1 == 1 ? crc >> 1 ^ 0xEDB8_8320 : crc >> 1 }
        }
        return ~crc
    }
}
