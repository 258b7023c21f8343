"""Random prompts over the classes that a ComfyUI has."""

# Classes that every prompt has.
PLAIN = {"CheckpointLoaderSimple", "SameText", "VAEDecode", "SaveImage", "EmptyLatentImage"}
# Beginnings of the names in Tests/Honesty of what may not repeat; `Same` is what does.
DOUBTFUL = ("Chance", "Count", "Changes", "Clock", "Environment", "FileOutside", "OwnModel", "AutoModel", "Network", "Process")
OURS = "custom_nodes.honesty"
# What scripts/repeats tells apart.
KINDS = ("sampler", "scheduler", "model class", "latent class", "image class", "class made to repeat")
# Classes that take one image and give one, but are made for other things: they wait for people, or take very long on the CPU.
LEFT_OUT = {"ImageUpscaleWithModel", "WebcamCapture", "PainterNode"}


def node(kind, **inputs):
    return {"class_type": kind, "inputs": inputs}


def may_differ(classes):
    return any(name.startswith(DOUBTFUL) for name in classes)


def sampler(graph):
    for one in graph.values():
        if name := one["inputs"].get("sampler_name"):
            return f"{name}/{one['inputs'].get('scheduler', '')}"
    return None


class Classes:
    def __init__(self, info, draw, side):
        self.info, self.draw, self.side = info, draw, side
        self.ours = [name for name, told in info.items() if told["python_module"] == OURS and name != "SameText"]
        self.steps = {kind: [name for name, told in info.items() if told["python_module"] != OURS and self.is_step(told, kind)]
                      for kind in ("IMAGE", "LATENT", "MODEL")}

    def is_step(self, told, kind):
        """Whether a class makes one of a kind from one of the kind and values that have defaults."""
        if told.get("api_node") or told.get("output_node") or told.get("deprecated") or told["name"] in LEFT_OUT:
            return False
        if list(told["output"])[:1] != [kind]:
            return False
        required = told["input"].get("required", {})
        links = [spec for spec in required.values() if spec[0] == kind]
        return len(links) == 1 and all(spec[0] == kind or self.has_value(spec) for spec in required.values())

    @staticmethod
    def has_value(spec):
        options = spec[1] if len(spec) > 1 and isinstance(spec[1], dict) else {}
        if isinstance(spec[0], list) or spec[0] == "COMBO":
            values = spec[0] if isinstance(spec[0], list) else options.get("options", [])
            # Lists of files are other files elsewhere.
            return bool(values) and not any("." in str(value) for value in values)
        return spec[0] in ("INT", "FLOAT", "BOOLEAN", "STRING") and "default" in options

    def value(self, name, spec):
        options = spec[1] if len(spec) > 1 and isinstance(spec[1], dict) else {}
        if isinstance(spec[0], list) or spec[0] == "COMBO":
            return self.draw.choice(spec[0] if isinstance(spec[0], list) else options["options"])
        default, low, high = options["default"], options.get("min"), options.get("max")
        if "width" in name or "height" in name:
            return min(self.side, high or self.side)
        if spec[0] == "FLOAT" and low is not None and high is not None and high - low <= 4 and self.draw.random() < 0.5:
            return round(self.draw.uniform(low, min(high, 2.0)), 2)
        if "seed" in name:
            return self.draw.randrange(1 << 31)
        return default

    def step(self, name, kind, source, trial):
        inputs = {}
        for key, spec in self.info[name]["input"].get("required", {}).items():
            if spec[0] == kind:
                inputs[key] = source
            elif name in self.ours:
                inputs[key] = self.own_value(key, spec, trial)
            else:
                inputs[key] = self.value(key, spec)
        return node(name, **inputs)

    def own_value(self, key, spec, trial):
        fixed = {"path": trial.outside, "url": trial.url, "picture": "photo.png", "lora_name": "ink.safetensors"}
        return fixed.get(key) or self.value(key, spec)

    def cases(self, trial):
        """One graph for every sampler, scheduler and class: (kind, name, graph)."""
        options = self.info["KSampler"]["input"]["required"]
        found = []
        for name in sorted(options["sampler_name"][0]):
            found.append(("sampler", name, self.pipeline(trial, sampler=name)))
        for name in sorted(options["scheduler"][0]):
            found.append(("scheduler", name, self.pipeline(trial, scheduler=name)))
        for kind in ("MODEL", "LATENT", "IMAGE"):
            for name in sorted(self.steps[kind]):
                found.append((f"{kind.lower()} class", name, self.pipeline(trial, kind, name)))
        for name in sorted(self.ours):
            if name.startswith("Same"):
                found.append(("class made to repeat", name, self.pipeline(trial, "IMAGE", name)))
        return found

    def pipeline(self, trial, kind=None, name=None, sampler="euler", scheduler="normal"):
        """From words to an image in four steps, with one class more where one is named. What comes before that class is equal in all
        of them, so that a server makes it once."""
        graph = {}

        def add(one, kind_here=None):
            graph[str(len(graph) + 1)] = one
            place = [str(len(graph)), 0]
            if kind_here == kind and name is not None:
                graph[str(len(graph) + 1)] = self.step(name, kind, place, trial)
                return [str(len(graph)), 0]
            return place

        loader = add(node("CheckpointLoaderSimple", ckpt_name="model.safetensors"))[0]
        model = add(node("LoraLoaderModelOnly", model=[loader, 0], lora_name="ink.safetensors", strength_model=0.8), "MODEL")
        words = [add(node("SameText", text=text)) for text in ("a fox", "blurry")]
        empty = add(node("EmptyLatentImage", width=self.side, height=self.side, batch_size=1))
        latent = add(node("KSampler", model=model, positive=words[0], negative=words[1], latent_image=empty, denoise=1.0, seed=7, steps=4,
                          cfg=4.0, sampler_name=sampler, scheduler=scheduler), "LATENT")
        image = add(node("VAEDecode", samples=latent, vae=[loader, 2]), "IMAGE")
        add(node("SaveImage", images=image, filename_prefix="honesty/a"))
        return graph

    def graph(self, trial):
        draw, graph = self.draw, {}

        def add(one):
            graph[str(len(graph) + 1)] = one
            return str(len(graph))

        loader = add(node("CheckpointLoaderSimple", ckpt_name="model.safetensors"))
        model, vae = [loader, 0], [loader, 2]
        if draw.random() < 0.3:
            model = [add(node("LoraLoaderModelOnly", model=model, lora_name="ink.safetensors", strength_model=0.8)), 0]
        if draw.random() < 0.2 and self.steps["MODEL"]:
            model = [add(self.step(draw.choice(self.steps["MODEL"]), "MODEL", model, trial)), 0]
        words = [[add(node("SameText", text=text)), 0] for text in (f"a fox {draw.randrange(99)}", "blurry")]
        if draw.random() < 0.25:
            image = add(node("LoadImage", image="photo.png"))
            latent, denoise = [add(node("VAEEncode", pixels=[image, 0], vae=vae)), 0], 0.6
        else:
            size = 2 if draw.random() < 0.2 else 1
            latent, denoise = [add(node("EmptyLatentImage", width=self.side, height=self.side, batch_size=size)), 0], 1.0
        latent = self.sample(add, model, words, latent, denoise)
        if draw.random() < 0.2 and self.steps["LATENT"]:
            latent = [add(self.step(draw.choice(self.steps["LATENT"]), "LATENT", latent, trial)), 0]
        image = [add(node("VAEDecode", samples=latent, vae=vae)), 0]
        for _ in range(draw.choice((0, 1, 1, 2))):
            if self.steps["IMAGE"]:
                image = [add(self.step(draw.choice(self.steps["IMAGE"]), "IMAGE", image, trial)), 0]
        if self.ours and draw.random() < 0.55:
            # What repeats and what may not come as often.
            same = draw.random() < 0.5
            image = [add(self.step(draw.choice([name for name in self.ours if name.startswith("Same") == same]), "IMAGE", image, trial)), 0]
        add(node("SaveImage", images=image, filename_prefix="honesty/a"))
        return graph

    def sample(self, add, model, words, latent, denoise):
        draw = self.draw
        values = {"seed": draw.randrange(1 << 48), "steps": draw.choice((1, 2)), "cfg": draw.choice((1.0, 4.0))}
        options = self.info["KSampler"]["input"]["required"]
        name, scheduler = draw.choice(options["sampler_name"][0]), draw.choice(options["scheduler"][0])
        positive, negative = words
        way = draw.choice(("KSampler", "KSampler", "KSamplerAdvanced", "SamplerCustomAdvanced"))
        if way == "KSampler":
            return [add(node(way, model=model, positive=positive, negative=negative, latent_image=latent, denoise=denoise,
                             sampler_name=name, scheduler=scheduler, **values)), 0]
        if way == "KSamplerAdvanced":
            return [add(node(way, model=model, positive=positive, negative=negative, latent_image=latent, add_noise="enable",
                             noise_seed=values["seed"], steps=values["steps"], cfg=values["cfg"], sampler_name=name, scheduler=scheduler,
                             start_at_step=0, end_at_step=1000, return_with_leftover_noise="disable")), 0]
        noise = add(node("RandomNoise", noise_seed=values["seed"]))
        guider = add(node("CFGGuider", model=model, positive=positive, negative=negative, cfg=values["cfg"]))
        chosen = add(node("KSamplerSelect", sampler_name=name))
        sigmas = add(node("BasicScheduler", model=model, scheduler=scheduler, steps=values["steps"], denoise=denoise))
        return [add(node(way, noise=[noise, 0], guider=[guider, 0], sampler=[chosen, 0], sigmas=[sigmas, 0], latent_image=latent)), 0]
