import Foundation
import Recipe
import Support
import SystemPackage
import Testing

/// What the node pack finds in the code of a class: what does not repeat, and nothing else.
@Suite struct `The code of a node` {
    /// What is told of a body, and the body; `input` where what is read is named by the node's own input.
    private static let cases: [(told: String, body: String)] = [
        (#"chance"#, #"return random.random()"#),
        (#"chance"#, #"import numpy as np; return np.random.rand()"#),
        (#"chance"#, #"import numpy as np; return np.random.default_rng().random()"#),
        (#"chance"#, #"import numpy as np; return np.random.default_rng(None).random()"#),
        (#"chance"#, #"import torch; torch.manual_seed(seed); return random.random()"#),
        (#""#, #"random.seed(seed); return random.random()"#),
        (#"chance"#, #"random.seed(); return random.random()"#),
        (#""#, #"import numpy as np; return np.random.default_rng(seed).random()"#),
        (#"environment"#, #"return environ['A']"#),
        (#"environment"#, #"return environ.get('A')"#),
        (#"environment"#, #"return os.environ.get('A','')"#),
        (#"environment"#, #"return os.getenv('A')"#),
        (#"files"#, #"return os.listdir('.')"#),
        (#"files"#, #"return glob.glob('*')"#),
        (#"files"#, #"\#n  with open('c','a+') as f:\#n   return f.read()"#),
        (#"files"#, #"\#n  with open('c','r+') as f:\#n   return f.read()"#),
        (#""#, #"\#n  with open('c','w') as f:\#n   f.write('x')"#),
        (#"state"#, #"global COUNT; COUNT += 1"#),
        (#"state"#, #"STATE['n'] = STATE.get('n',0)+1"#),
        (#"state"#, #"return next(NUM)"#),
        (#"state"#, #"type(self).n = 1"#),
        (#"state"#, #"self.__class__.n += 1"#),
        (
            #"weights"#,
            #"import safetensors.torch; return safetensors.torch.load_file(os.path.join(os.path.dirname(__file__),'own.safetensors'))"#
        ),
        (#"weights"#, #"from safetensors.torch import load_file; return load_file('x')"#),
        (
            #"weights"#,
            #"from safetensors.torch import load_file; return load_file(os.path.join(os.path.dirname(__file__),'own.safetensors'))"#
        ),
        (
            #""#,
            #"import folder_paths, comfy.utils\#n  path = folder_paths.get_full_path('loras', text)\#n  return comfy.utils.load_torch_file(path)"#
        ),
        (#"input"#, #"\#n  with open(text) as f:\#n   return f.read()"#),
        (#"input"#, #"\#n  p = os.path.abspath(text)\#n  with open(p) as f:\#n   return f.read()"#),
        (#"input"#, #"import pathlib; return pathlib.Path(text).read_text()"#),
        (
            #"input"#,
            #"import folder_paths\#n  from PIL import Image\#n  path = folder_paths.get_annotated_filepath(text)\#n  return Image.open(path)"#
        ),
        (
            #"files"#,
            #"import folder_paths\#n  from PIL import Image\#n  text = text + 'x'\#n  return Image.open(text)"#
        ),
        (#"hash"#, #"return hash(text)"#),
        (#"chance"#, #"import torch; return torch.empty(3).uniform_(0,1)"#),
        (#""#, #"import torch; g = torch.Generator().manual_seed(seed); return torch.randn(3, generator=g)"#),
        (#"network"#, #"import urllib.request; return urllib.request.urlopen(text).read()"#),
        (#"process"#, #"import subprocess; return subprocess.check_output(['date'])"#),
        (#"clock"#, #"return time.time()"#),
        (#"clock"#, #"from datetime import datetime; return datetime.now()"#),
        (#""#, #"return text"#),
    ]

    private static let head = """
        import os, random, time, glob, itertools, uuid, json
        from os import environ
        COUNT = 0
        STATE = {}
        NUM = itertools.count()
        class N:
         FUNCTION = 'go'
         n = 0
         def go(self, text, seed=0):

        """

    @Test func `is told of by what it uses, and not by what it imports`() throws {
        let line = try CommandLineFixture()
        let sources = JSON.array(Self.cases.map { .string(Self.head + "  " + $0.body + "\n") })
        let file = try line.directory.write(Array(sources.compact().utf8), to: "sources.json")
        let outcome = try line.run(
            tool: "/bin/sh",
            [
                "-c", #""$0" "$1" "$2" < "$3""#, try StandIn.python,
                StandIn.installation.appending("read_code.py").string, StandIn.pack.string, file.string,
            ])
        let found = try #require(outcome.json?.array, "\(outcome.complaint)")
        for (one, told) in zip(Self.cases, found) {
            let kinds = (told.array ?? []).map { $0["input"] == nil ? $0["kind"]?.string ?? "" : "input" }
            #expect(Set(kinds) == (one.told.isEmpty ? [] : [one.told]), "\(one.body): \(told.compact())")
        }
        #expect(found.count == Self.cases.count)
    }
}
