#!/usr/bin/env python3
"""Writes the files of Containers/ and Tools/: one small file for each container and tool, as their sources say.

Needs: pillow, piexif, pillow-avif-plugin, brotli, cbor2, cryptography. Its output is committed; run it to add a kind.
"""
import base64, gzip, io, json, os, struct, zlib
import brotli, cbor2, piexif
import numpy as np
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from PIL import Image
from PIL.PngImagePlugin import PngInfo
import pillow_avif  # noqa: F401

HERE = os.path.dirname(os.path.abspath(__file__))
GRAPH = {
    "3": {"class_type": "KSampler", "inputs": {"seed": 18446744073709551615, "steps": 20, "cfg": 8.0, "sampler_name": "euler",
          "scheduler": "normal", "denoise": 1.0, "model": ["4", 0], "positive": ["6", 0], "negative": ["7", 0], "latent_image": ["5", 0]}},
    "4": {"class_type": "CheckpointLoaderSimple", "inputs": {"ckpt_name": "sub\\dream.safetensors"}},
    "5": {"class_type": "EmptyLatentImage", "inputs": {"width": 512, "height": 768, "batch_size": 1}},
    "6": {"class_type": "CLIPTextEncode", "inputs": {"text": "caf\u00e9 \u732b \U0001F600", "clip": ["4", 1]}},
    "7": {"class_type": "CLIPTextEncode", "inputs": {"text": "blurry", "clip": ["4", 1]}},
    "8": {"class_type": "VAEDecode", "inputs": {"samples": ["3", 0], "vae": ["4", 2]}},
    "9": {"class_type": "SaveImage", "inputs": {"images": ["8", 0], "filename_prefix": "x"}},
}
WORKFLOW = {"version": 0.4, "nodes": [], "links": []}
BUNDLE = json.dumps({"prompt": GRAPH, "workflow": WORKFLOW})
INFO = ("caf\u00e9 \u732b, <lora:ink:0.8>\nNegative prompt: blurry\nSteps: 20, Sampler: DPM++ 2M, Schedule type: Karras, CFG scale: 7, "
        "Seed: 42, Size: 512x768, Model hash: 0123456789, Model: dream, RNG: CPU, Version: v1.10.1")


def picture(mode="RGB", size=8):
    y, x = np.mgrid[0:size, 0:size]
    a = np.stack([x * 20 % 256, y * 20 % 256, (x + y) * 10 % 256, np.full_like(x, 255)], -1).astype(np.uint8)
    return Image.fromarray(a, "RGBA").convert(mode)


def write(name, data):
    path = os.path.join(HERE, name)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "wb") as file:
        file.write(data)


def saved(image, kind, **options):
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(*chunks, mode="RGB"):
    data = saved(picture(mode), "PNG")
    at = data.index(b"IDAT") - 4
    return data[:at] + b"".join(chunks) + data[at:]


def text(key, value):
    try:
        return chunk(b"tEXt", key.encode() + b"\0" + value.encode("latin-1"))
    except UnicodeEncodeError:
        return chunk(b"iTXt", key.encode() + b"\0\0\0\0\0" + value.encode())


def exif(payload=None, **zeroth):
    tags = {piexif.ImageIFD.__dict__[name]: value.encode() for name, value in zeroth.items()}
    blocks = {"0th": tags}
    if payload is not None:
        blocks["Exif"] = {piexif.ExifIFD.UserComment: b"UNICODE\0" + payload.encode("utf-16-be")}
    return piexif.dump(blocks)


def jpeg(**options):
    return saved(picture(), "JPEG", **options)


def segment(marker, data):
    return bytes([0xFF, marker]) + struct.pack(">H", len(data) + 2) + data


def with_segments(data, *segments):
    return data[:2] + b"".join(segments) + data[2:]


def riff(data, kind, payload):
    payload_chunk = kind + struct.pack("<I", len(payload)) + payload + b"\0" * (len(payload) % 2)
    body = data[8:] + payload_chunk
    return b"RIFF" + struct.pack("<I", len(body)) + body


def xmp(properties, attributes=""):
    return ('<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF '
            'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about="" '
            'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:xmp="http://ns.adobe.com/xap/1.0/" '
            'xmlns:exif="http://ns.adobe.com/exif/1.0/" xmlns:photoshop="http://ns.adobe.com/photoshop/1.0/" '
            'xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/" ' + attributes + '>' + properties +
            '</rdf:Description></rdf:RDF></x:xmpmeta><?xpacket end="w"?>').encode()


def box(kind, data):
    return struct.pack(">I", len(data) + 8) + kind + data


def jumb(label, kind, *content):
    return box(b"jumb", box(b"jumd", kind + b"\x00\x11\x00\x10\x80\x00\x00\xaa\x00\x38\x9b\x71" + b"\x03" + label.encode() + b"\0") + b"".join(content))


def manifest(generator, agent, source="http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"):
    actions = {"actions": [{"action": "c2pa.created", "softwareAgent": agent, "digitalSourceType": source}, {"action": "c2pa.converted"}]}
    claim = {"alg": "sha256", "claim_generator": generator, "claim_generator_info": [{"name": "c2pa-rs", "version": "0.28.4"}],
             "assertions": [{"url": "self#jumbf=c2pa.assertions/c2pa.actions", "hash": b"\x01" * 32}], "dc:title": "image"}
    return jumb("c2pa", b"c2pa", jumb("urn:uuid:1", b"c2ma",
                jumb("c2pa.assertions", b"c2as", jumb("c2pa.actions", b"cbor", box(b"cbor", cbor2.dumps(actions)))),
                jumb("c2pa.claim", b"c2cl", box(b"cbor", cbor2.dumps(claim)))))


def app11(store):
    head = b"JP" + struct.pack(">H", 1)
    half = len(store) // 2
    return (segment(0xEB, head + struct.pack(">I", 1) + store[:half]),
            segment(0xEB, head + struct.pack(">I", 2) + store[:8] + store[half:]))


def iptc(**records):
    numbers = {"credit": 110, "caption": 120}
    data = b"".join(b"\x1c\x02" + bytes([numbers[k]]) + struct.pack(">H", len(v.encode())) + v.encode() for k, v in records.items())
    return segment(0xED, b"Photoshop 3.0\0" + b"8BIM\x04\x04\0\0" + struct.pack(">I", len(data)) + data + b"\0" * (len(data) % 2))


# --- Containers -----------------------------------------------------------------------------------------------------------------
write("Containers/exif_chunk.png", png(chunk(b"eXIf", exif(INFO)[6:])))
write("Containers/text_after_idat.png", png().replace(chunk(b"IEND", b""), text("parameters", INFO) + chunk(b"IEND", b"")))
write("Containers/xmp.png", png(chunk(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + xmp(
    "<exif:UserComment><rdf:Alt><rdf:li xml:lang='x-default'>" + INFO.replace("<", "&lt;") + "</rdf:li></rdf:Alt></exif:UserComment>"))))
write("Containers/xmp_extended.jpg", with_segments(
    jpeg(), segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0" + xmp("", 'xmp:CreatorTool="x"')),
    *[segment(0xE1, b"http://ns.adobe.com/xmp/extension/\0" + b"0" * 32 + struct.pack(">II", 0, at) + part) for at, part in [
        (0, xmp("<dc:description>" + INFO.replace("<", "&lt;") + "</dc:description>")[:300]),
        (300, xmp("<dc:description>" + INFO.replace("<", "&lt;") + "</dc:description>")[300:])]]))
write("Containers/comment.jpg", with_segments(jpeg(), segment(0xFE, INFO.encode())))
write("Containers/lossless.webp", saved(picture(), "WEBP", lossless=True, exif=exif(INFO)))
write("Containers/xmp.webp", riff(saved(picture(), "WEBP", exif=exif("x")), b"XMP ", xmp(
    "<dc:description>" + INFO.replace("<", "&lt;") + "</dc:description>")))
write("Containers/a1111.avif", saved(picture(size=16), "AVIF", exif=exif(INFO)))
SIGNATURE = bytes([0, 0, 0, 0x0C]) + b"JXL \r\n\x87\n"
FTYP = box(b"ftyp", b"jxl \0\0\0\0jxl ")
write("Containers/exif.jxl", SIGNATURE + FTYP + box(b"Exif", b"\0\0\0\0" + exif(INFO)[6:]) + box(b"jxlc", b"\xff\x0a"))
write("Containers/comf_brob.jxl", SIGNATURE + FTYP + box(b"brob", b"comf" + brotli.compress(BUNDLE.encode())) + box(b"jxlc", b"\xff\x0a"))
write("Containers/xmp_brob.jxl", SIGNATURE + FTYP + box(b"brob", b"xml " + brotli.compress(xmp(
    "<dc:description>" + INFO.replace("<", "&lt;") + "</dc:description>"))) + box(b"jxlc", b"\xff\x0a"))
GLTF = json.dumps({"asset": {"version": "2.0", "extras": {"prompt": json.dumps(GRAPH), "workflow": json.dumps(WORKFLOW)}}}).encode()
GLTF += b" " * (-len(GLTF) % 4)
write("Containers/comfy.glb", b"glTF" + struct.pack("<II", 2, 20 + len(GLTF)) + struct.pack("<I", len(GLTF)) + b"JSON" + GLTF)
write("Containers/comfy.svg", ('<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" width="64" height="32"><metadata><![CDATA[' +
      BUNDLE + "]]></metadata><rect width='4' height='4'/></svg>").encode())
HEADER = json.dumps({"__metadata__": {"prompt": json.dumps(GRAPH), "workflow": json.dumps(WORKFLOW), "modelspec.title": "merge"},
                     "a": {"dtype": "F32", "shape": [1], "data_offsets": [0, 4]}}).encode()
write("Containers/merge.latent", struct.pack("<Q", len(HEADER)) + HEADER + b"\0" * 4)
write("Containers/compressed_bundle.jpg", jpeg(exif=exif("COMPRESSED:" + base64.b64encode(zlib.compress(BUNDLE.encode())).decode())))
write("Containers/bundle.jpg", jpeg(exif=exif(BUNDLE)))


def id3(version, frames, flags=0):
    body = b""
    for description, value, encoding in frames:
        encode = {0: "latin-1", 1: "utf-16", 3: "utf-8"}[encoding]
        end = b"\0\0" if encoding == 1 else b"\0"
        data = bytes([encoding]) + description.encode(encode) + end + value.encode(encode)
        size = struct.pack(">I", len(data)) if version == 3 else bytes((len(data) >> s) & 0x7F for s in (21, 14, 7, 0))
        body += b"TXXX" + size + b"\0\0" + data
    return b"ID3" + bytes([version, 0, flags]) + bytes((len(body) >> s) & 0x7F for s in (21, 14, 7, 0)) + body + b"\xff\xfb\x90\0"


write("Containers/id3v23_utf16.mp3", id3(3, [("prompt", json.dumps(GRAPH, ensure_ascii=False), 1)]))


def page(serial, packet, first, flags):
    out, at, number = b"", 0, first
    while True:
        part = packet[at:at + 255 * 3]
        at += len(part)
        last = at >= len(packet)
        lacing = [255] * (len(part) // 255) + ([len(part) % 255] if last else [])
        out += b"OggS\0" + bytes([flags]) + b"\0" * 8 + struct.pack("<IIi", serial, number, 0) + bytes([len(lacing)]) + bytes(lacing) + part
        number += 1
        if last:
            return out


def comments(pairs):
    data = struct.pack("<I", 4) + b"none" + struct.pack("<I", len(pairs))
    return data + b"".join(struct.pack("<I", len(p)) + p for p in (f"{k}={v}".encode() for k, v in pairs))


write("Containers/pages.opus", page(1, b"OpusHead" + b"\0" * 11, 0, 2) + page(1, b"OpusTags" + comments([("PROMPT", json.dumps(GRAPH)), ("workflow", json.dumps(WORKFLOW))]), 1, 0))

# --- Tools ------------------------------------------------------------------------------------------------------------------------
write("Tools/image_saver.png", png(text("prompt", json.dumps(GRAPH)), text("workflow", json.dumps(WORKFLOW)), text(
    "parameters", "x\nSteps: 20, Sampler: Euler, CFG scale: 8, Seed: 1, Model hash: aabbccddee, Model: dream, Version: ComfyUI")))
SUI = {"sui_image_params": {"prompt": "a cat", "negativeprompt": "blurry", "model": "sdxl/base", "seed": 18446744073709551615, "steps": 20,
       "cfgscale": 7.0, "width": 1024, "height": 768, "sampler": "euler_ancestral", "scheduler": "karras", "loras": ["ink", "style/b"],
       "loraweights": ["0.8", "1"], "vae": "sdxl_vae", "swarm_version": "0.9.7"},
       "sui_extra_data": {"original_prompt": "a <random:cat|dog>"},
       "sui_models": [{"name": "sdxl/base.safetensors", "param": "model", "hash": "0x" + "ab" * 32},
                      {"name": "ink.safetensors", "param": "loras", "hash": "0x" + "cd" * 32}]}
write("Tools/swarm_le.jpg", jpeg(exif=piexif.dump({"Exif": {piexif.ExifIFD.UserComment: b"UNICODE\0" + json.dumps(SUI).encode("utf-16-le")}})))
FOOOCUS = {"adm_guidance": "(1.5, 0.8, 0.3)", "base_model": "juggernautXL_v8", "base_model_hash": "aeb7e9e689", "fooocus_scheme": "fooocus",
           "full_negative_prompt": ["blurry", "bad"], "full_prompt": ["a cat, cinematic", "cat, sharp"], "guidance_scale": 4.0,
           "loras": [["sd_xl_offset", 0.1, "4852686128"]], "negative_prompt": "blurry", "performance": "Speed", "prompt": "a cat",
           "refiner_model": "None", "refiner_switch": 0.8, "resolution": "(1152, 896)", "sampler": "dpmpp_2m_sde_gpu", "scheduler": "karras",
           "seed": "123456789", "sharpness": 2.0, "steps": 30, "styles": "['Fooocus V2']", "vae": "Default (model)", "version": "Fooocus v2.5.5"}
write("Tools/fooocus.png", png(text("parameters", json.dumps(FOOOCUS)), text("fooocus_scheme", "fooocus")))
image = Image.Exif()
image[0x9286], image[0x0131], image[0x927C] = json.dumps(FOOOCUS), "Fooocus v2.5.5", "fooocus"
write("Tools/fooocus_ifd0.webp", saved(picture(), "WEBP", exif=image))
write("Tools/fooocus_mre.jpg", with_segments(jpeg(), segment(0xFE, json.dumps({
    "prompt": "a cat", "negative_prompt": "", "styles": ["cinematic"], "seed": 7, "width": 896, "height": 1152, "sampler": "dpmpp_2m",
    "scheduler": "karras", "performance": "Speed", "steps": 30, "cfg": 7.0, "base_model": "sd_xl_base.safetensors",
    "refiner_model": "None", "l1_name": "None", "software": "Fooocus-MRE v2.0.78.5"}).encode())))
write("Tools/ruined.png", png(text("parameters", json.dumps({
    "Prompt": "a cat", "Negative": "blurry", "steps": 30, "cfg": 8, "width": 1152, "height": 896, "seed": 5, "sampler_name": "dpmpp_2m_sde",
    "scheduler": "karras", "base_model_name": "base.safetensors", "base_model_hash": "31e35c80fc", "loras": [{"name": "ink.safetensors",
    "hash": "0123456789", "weight": 0.5}], "clip_skip": 1, "denoise": None, "software": "RuinedFooocus"}))))
INVOKE = {"generation_mode": "txt2img", "positive_prompt": "a cat", "negative_prompt": "blurry", "width": 1024, "height": 768, "seed": 77,
          "rand_device": "cpu", "cfg_scale": 7.5, "steps": 30, "scheduler": "euler_a", "model": {
              "key": "k1", "hash": "blake3:" + "1f" * 32, "name": "SDXL Base", "base": "sdxl", "type": "main"},
          "vae": {"key": "k2", "hash": "random:1234", "name": "sdxl-vae-fix", "base": "sdxl", "type": "vae"},
          "loras": [{"model": {"key": "k3", "hash": "blake3:" + "2e" * 32, "name": "Ink", "base": "sdxl", "type": "lora"}, "weight": 0.75}],
          "controlnets": [{"control_model": {"key": "k4", "hash": "blake3:" + "3d" * 32, "name": "canny", "base": "sdxl", "type": "controlnet"},
                           "control_weight": 0.6, "image": {"image_name": "0a1b.png"}}], "app_version": "5.6.0"}
write("Tools/invoke.png", png(text("invokeai_metadata", json.dumps(INVOKE)), text("invokeai_graph", json.dumps({"nodes": {}}))))
write("Tools/invoke_2.png", png(text("sd-metadata", json.dumps({
    "model": "stable diffusion", "model_id": "sd-1.5", "model_hash": "cc6cb27103417325ff94f52b7a5d2dde45a7515b25c255d8e396c90014281516",
    "app_id": "invoke-ai/InvokeAI", "app_version": "2.3.5", "image": {"prompt": [{"prompt": "a cat", "weight": 1.0}], "steps": 50,
    "cfg_scale": 7.5, "seed": 99, "sampler": "k_lms", "height": 512, "width": 512, "type": "txt2img"}})),
    text("Dream", '"a cat" -s 50 -S 99 -W 512 -H 512 -C 7.5 -A k_lms')))
write("Tools/invoke_dream.png", png(text("Dream", '"a \\"red\\" cat" -s50 -S123 -W512 -H640 -C7.5 -Ak_euler_a')))
DRAW = {"c": "a cat", "uc": "blurry", "model": "sd_v1.5_f16.ckpt", "sampler": "DPM++ 2M Karras", "scale": 7.5, "seed": 4294967295,
        "seed_mode": "Scale Alike", "size": "512x768", "steps": 25, "strength": 1, "lora": [{"model": "ink_lora_f16.ckpt", "weight": 0.6}],
        "v2": {"upscaler": "realesrgan_x4plus_f16.ckpt"}}
write("Tools/draw_things.png", png(chunk(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + xmp(
    "<exif:UserComment><rdf:Alt><rdf:li xml:lang='x-default'>" + json.dumps(DRAW).replace("&", "&amp;") +
    "</rdf:li></rdf:Alt></exif:UserComment>", 'xmp:CreatorTool="Draw Things"'))))
write("Tools/draw_things.jpg", jpeg(exif=exif(json.dumps(DRAW), Software="Draw Things")))
EASY = {"prompt": "a cat", "seed": 12, "used_random_seed": True, "negative_prompt": "blurry", "num_outputs": 1, "num_inference_steps": 25,
        "guidance_scale": 7.5, "width": 512, "height": 768, "use_stable_diffusion_model": "dream", "use_vae_model": "ae", "clip_skip": False,
        "sampler_name": "euler_a", "use_lora_model": ["ink", "style"], "lora_alpha": [0.5, 1.0]}
write("Tools/easy_names.png", png(*[text(k, v if isinstance(v, str) else json.dumps(v)) for k, v in EASY.items()]))
write("Tools/easy_titles.png", png(*[text(k, v) for k, v in {
    "Prompt": "a cat", "Seed": "12", "Stable Diffusion model": "dream", "VAE model": "ae", "Sampler": "euler_a", "Width": "512",
    "Height": "768", "Steps": "25", "Guidance Scale": "7.5", "LoRA model": "ink", "LoRA strength": "0.5", "Negative Prompt": "blurry"}.items()]))
write("Tools/easy.jpg", jpeg(exif=exif(json.dumps(EASY))))
write("Tools/stability_matrix.png", png(text("parameters", "a cat\nSteps: 20, Sampler: Euler, CFG scale: 7, Seed: 9, Size: 64x64, Model hash: , Model: m"),
      text("parameters-json", json.dumps({"PositivePrompt": "a cat", "NegativePrompt": "blurry", "Steps": 20, "Sampler": "Euler a", "CfgScale": 7,
      "Seed": 9, "Height": 768, "Width": 512, "ModelHash": "0123456789", "ModelName": "dream.safetensors"})),
      text("smproj", json.dumps({"$id": "1", "Version": 2, "ProjectType": "TextToImage", "State": {"ModelCard": {
          "SelectedModelName": "sd\\dream.safetensors", "SelectedVaeName": "ae.safetensors"}}}))))
write("Tools/midjourney.png", png(text("Description", "a red cat, ink --ar 3:2 --v 6.1 --no dogs --seed 5 Job ID: 01234567-89ab-cdef-0123-456789abcdef"),
      text("Author", "somebody"), chunk(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + xmp("", 'Iptc4xmpExt:DigitalSourceType="http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia" Iptc4xmpExt:DigImageGUID="01234567-89ab-cdef-0123-456789abcdef"'))))
write("Tools/openai.png", png(chunk(b"caBX", manifest("OpenAI-API c2pa-rs/0.28.4", "DALL\u00b7E"))))
write("Tools/openai.webp", riff(saved(picture(), "WEBP", exif=exif("x")), b"C2PA", manifest("ChatGPT", {"name": "GPT-4o"})))
write("Tools/firefly.jpg", with_segments(jpeg(), *app11(manifest("Adobe_Firefly adobe_c2pa/0.7.6", "Adobe Firefly"))))
write("Tools/google.jpg", with_segments(jpeg(), iptc(credit="Made with Google AI")))
write("Tools/iptc_2025.jpg", with_segments(jpeg(), segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0" + xmp(
    "<Iptc4xmpExt:AISystemUsed>Some Model</Iptc4xmpExt:AISystemUsed><Iptc4xmpExt:AISystemVersionUsed>3</Iptc4xmpExt:AISystemVersionUsed>"
    "<Iptc4xmpExt:AIPromptInformation>a cat</Iptc4xmpExt:AIPromptInformation>"))))
write("Tools/replicate.jpg", jpeg(exif=exif(json.dumps({"provider": "Replicate", "model": "black-forest-labs/flux-schnell", "input": {
    "prompt": "a cat", "seed": 3}, "meta": {"version": "1.0.0"}}))))
write("Tools/photo.jpg", with_segments(jpeg(exif=exif(Make="Camera", Model="One", Software="Editor 3")), segment(
    0xE1, b"http://ns.adobe.com/xap/1.0/\0" + xmp("", 'xmp:CreatorTool="Editor 3"'))))
write("Tools/sdnext.png", png(text("parameters", "a cat <lora:ink:0.5> <lora:b:1>\nNegative prompt: blurry\nSteps: 20, Size: 512x768, Sampler: Euler a, "
      "Seed: 11, CFG scale: 6, Model: dream, Model hash: 0123456789, App: SD.Next, Version: abc1234, Batch: 4x2, Index: 1, LoRA hashes: 0011223344, 5566778899")))
write("Tools/civitai.jpg", jpeg(exif=exif("a cat\nNegative prompt: blurry\nSteps: 25, Sampler: Euler a, CFG scale: 4, Seed: 77, Size: 832x1216, Clip skip: 2, "
      'Civitai resources: [{"type":"checkpoint","modelVersionId":128078,"modelName":"SD XL","modelVersionName":"v1.0"},'
      '{"type":"lora","weight":0.8,"modelVersionId":456,"air":"urn:air:sdxl:lora:civitai:123@456"}], Civitai metadata: {"remixOfId":1}', Artist="ai")))
write("Tools/forge_flux.png", png(text("parameters", "a cat\nSteps: 20, Sampler: Euler, Schedule type: Simple, CFG scale: 1, Distilled CFG Scale: 3.5, Seed: 5, "
      "Size: 896x1152, Model hash: 0c6631c392, Model: !flux1DevFp8_v10, Beta schedule alpha: 0.6, Diffusion in Low Bits: bnb-nf4, "
      "Module 1: ae, Module 2: clip_l, Module 3: t5xxl_fp8_e4m3fn, Version: f2.0.1v1.10.1-previous-637-gdaee4c0d")))
write("Tools/a1111_hires.png", png(text("parameters", "a cat\nSteps: 20, Sampler: DPM++ 2M, Schedule type: Karras, CFG scale: 7, Seed: 5, Size: 512x768, "
      "Model hash: e3b0c44298, Model: dream, Denoising strength: 0.45, RNG: CPU, Hires upscale: 1.5, Hires steps: 10, Hires upscaler: 4x-UltraSharp, "
      'ControlNet 0: "Module: canny, Model: control_canny [d14c016b], Weight: 1", Refiner: refiner [7440042bbd], Refiner switch at: 0.8, '
      "AddNet Enabled: True, AddNet Module 1: LoRA, AddNet Model 1: ink(0123456789ab), AddNet Weight A 1: 0.7, Version: v1.10.1")))

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))


def novelai(mode="RGB", tamper=False):
    comment = {"prompt": "1girl, caf\u00e9", "steps": 28, "height": 8, "width": 8, "scale": 5.0, "uncond_scale": 0.0, "seed": 42,
               "noise_schedule": "karras", "sampler": "k_euler_ancestral", "uc": "bad", "request_type": "PromptGenerateRequest"}
    pixels = np.array(picture())[:, :, :3].tobytes()
    signature = base64.b64encode(KEY.sign(pixels + json.dumps(comment).encode())).decode()
    if tamper:
        comment["seed"] = 43
    comment["signed_hash"] = signature
    return png(text("Title", "NovelAI generated image"), text("Description", comment["prompt"]), text("Software", "NovelAI"),
               text("Source", "NovelAI Diffusion V4 37442FCA"), text("Comment", json.dumps(comment)), mode=mode)


write("Tools/novelai.png", novelai())
write("Tools/novelai_tampered.png", novelai(tamper=True))
write("Tools/invoke_video.json", json.dumps({"invokeai_metadata": INVOKE, "workflow": WORKFLOW, "graph": {}}).encode())
write("Tools/pasted.txt", b"Prompt: a red cat,\n  on a table\nNegative prompt: blurry\nSteps: 30\nSampler: Euler a\nCFG Scale: 7\nSeed: 123\nSize: 512 x 768\nModel: dream_v8\nLoRA: ink (0.8), style:0.5\n")


# --- Pixels -----------------------------------------------------------------------------------------------------------------------
def stealth(text, mode):
    """Hides a text in the lowest bits, down the columns, as the extension for A1111 does."""
    image = picture("RGBA" if mode == "png" else "RGB", 96)
    data = gzip.compress(text.encode(), mtime=0)
    bits = np.unpackbits(np.frombuffer(f"stealth_{mode}comp".encode() + struct.pack(">I", len(data) * 8) + data, np.uint8))
    a = np.array(image)
    if mode == "png":
        channel = a[..., 3].T.reshape(-1).copy()
        channel[:len(bits)] = channel[:len(bits)] & 254 | bits
        a[..., 3] = channel.reshape(96, 96).T
    else:
        channel = a.transpose(1, 0, 2).reshape(-1).copy()
        channel[:len(bits)] = channel[:len(bits)] & 254 | bits
        a = channel.reshape(96, 96, 3).transpose(1, 0, 2)
    return Image.fromarray(a)


write("Tools/stealth_alpha.webp", saved(stealth(INFO, "png"), "WEBP", lossless=True, exact=True))
write("Tools/stealth_rgb.webp", saved(stealth(INFO, "rgb"), "WEBP", lossless=True, exact=True))
write("Tools/stealth_swarm.png", saved(stealth(json.dumps(SUI), "png"), "PNG"))


def interlaced(a):
    """An RGB PNG in Adam7's seven passes."""
    rows = b""
    for x0, y0, dx, dy in ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)):
        part = a[y0::dy, x0::dx]
        if part.size:
            rows += b"".join(b"\0" + row.tobytes() for row in part)
    h, w = a.shape[:2]
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", w, h, 8, 2, 0, 0, 1)) + chunk(b"IDAT", zlib.compress(rows)) +
            chunk(b"IEND", b""))


def sixteen(a):
    rows = b"".join(b"\0" + row.astype(">u2").tobytes() for row in a)
    h, w = a.shape[:2]
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", w, h, 16, 2, 0, 0, 0)) + chunk(b"IDAT", zlib.compress(rows)) +
            chunk(b"IEND", b""))


import hashlib  # noqa: E402

palette = picture().quantize(16)
palette.info["transparency"] = 3
rgb = np.array(picture("RGB", 13))
wide = rgb.astype(np.uint16) * 257 + 1
opaque = np.full(wide.shape[:2] + (1,), 0xFFFF, np.uint16)
digests = {}
for name, data, rgba in (
        ("rgb", saved(picture(), "PNG"), None), ("rgba", saved(picture("RGBA"), "PNG"), None), ("grey", saved(picture("L"), "PNG"), None),
        ("grey_alpha", saved(picture("LA"), "PNG"), None), ("black_white", saved(picture("1"), "PNG"), None),
        ("palette", saved(palette, "PNG", transparency=3), None), ("interlaced", interlaced(rgb), None),
        ("sixteen_bits", sixteen(wide), np.concatenate([wide, opaque], -1).astype(">u2").tobytes())):
    write(f"Pixels/{name}.png", data)
    digests[name + ".png"] = hashlib.sha256(rgba or Image.open(io.BytesIO(data)).convert("RGBA").tobytes()).hexdigest()
lossless = saved(picture("RGBA", 20), "WEBP", lossless=True, exact=True)
write("Pixels/lossless.webp", lossless)
digests["lossless.webp"] = hashlib.sha256(Image.open(io.BytesIO(lossless)).convert("RGBA").tobytes()).hexdigest()
write("Pixels/digests.json", json.dumps(digests, indent=1).encode())


def halves(size, mode):
    """Red at the left and blue at the right."""
    image = Image.new("RGB", size, (200, 40, 40))
    image.paste((40, 40, 200), (size[0] // 2, 0, *size))
    return image.convert(mode)


for name, size, mode, options in (
        ("baseline", (1000, 700), "RGB", {}), ("progressive", (1000, 700), "RGB", {"progressive": True}),
        ("grey", (300, 200), "L", {}), ("cmyk", (300, 200), "CMYK", {})):
    write(f"Pixels/{name}.jpg", saved(halves(size, mode), "JPEG", quality=60, **options))
