"""Write gguf_pre.jsonl: where HF tokenizers cuts texts for each name that llama.cpp's `tokenizer.ggml.pre` knows.

    python3 make_gguf_pre_cases.py        (in this folder; needs tokenizers==0.23.3)

A line is {"pre", "cases": [{text, pieces}]}; pieces are ranges of bytes. The expressions are those that llama.cpp
lists for a name (src/llama-vocab.cpp, July 2026), in the spelling of the models' own tokenizer.json where it quotes
that; each is applied to the pieces that the one before has left, and what it does not match stays as it is.
"""
import json

from tokenizers import Regex
from tokenizers.pre_tokenizers import Digits, Punctuation, Sequence, Split, WhitespaceSplit

GPT2 = r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"
CONTRACTIONS = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)"
SPACES = r"|\s*[\r\n]+|\s+(?!\S)|\s+"
LLAMA3 = CONTRACTIONS + r"|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*" + SPACES
QWEN2 = LLAMA3.replace(r"\p{N}{1,3}", r"\p{N}")
WORDS = (r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+SUFFIX"
         r"|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*SUFFIX")
O200K = WORDS.replace("SUFFIX", CONTRACTIONS + "?") + r"|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*" + SPACES
TEKKEN = WORDS.replace("SUFFIX", "") + r"|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n/]*" + SPACES
CJK = "[一-龥぀-ゟ゠-ヿ]+"
DEEPSEEK3 = r"""[!"#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~][A-Za-z]+|[^\r\n\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+| ?[\p{P}\p{S}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"""
BAILING = r"'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]++[\r\n]*|\s*[\r\n]|\s+(?!\S)|\s+"
JAIS2 = LLAMA3.replace(r"|\s+(?!\S)|\s+", "|" + "".join(r"\s{%d}(?!\S)|" % n for n in [512, 256, 128, 64, 32, 16, 8, 4]) + r"\s{1,2}(?!\S)|\s{1}")
SPARK = DEEPSEEK3.replace(r"[\p{P}\p{S}]+[\r\n]*|\s*[\r\n]+", r"[\p{P}\p{S}]+|[\r\n]")
YOUTU = O200K.replace(r"\p{N}{1,3}", r"\p{N}")
YOUTU_SCRIPTS = "[가-힣ㄱ-ㆎ]+|[！…“”‘’—：；，、-〿︰-﹏]+|[ㄅ-ㄯ]+|[一-龥぀-ゟ゠-ヿ]+"
EXAONE_MOE = CONTRACTIONS + r"|[^\r\n\p{L}\p{N}]?(?:\p{L}\p{M}*(?: \p{L}\p{M}*)*)+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n/]?|\s*[\r\n]|\s+(?!\S)|\s+"
AFMOE = "[一-鿿㐀-䶿豈-﫿぀-ゟ゠-ヿ･-ﾟ⼀-⿟เ-๿຀-໿ក-៿က-႟ꩠ-ꩿꧠ-꧿가-힯ᄀ-ᇿ]+"
CHAMELEON = ["<sentinel:[0-9]+>", "(IMGIMG)((A|B|C|D|E|F|G|H|I){1,4})Z", r"([\t\n]|    |  )", r"\p{N}", r"[\p{P}!-/:-@\[-`{-~]", GPT2]

NAMES = {
    "default": [r"[\p{P}\$\+<=>\^~\|]+", GPT2, r"\p{N}+", "[0-9][0-9][0-9]"], "gpt-2": [GPT2], "modern-bert": [GPT2], "jina-v5-nano": [LLAMA3],
    "llama-bpe": [LLAMA3], "minicpm5": [r"\p{N}{1,3}", LLAMA3.replace(r"\p{N}{1,3}", r"\p{N}+")], "jais-2": [JAIS2], "dbrx": [LLAMA3],
    "deepseek-v3": [r"\p{N}{1,3}", CJK, DEEPSEEK3], "joyai-llm": [r"\p{N}{1,3}", CJK, DEEPSEEK3], "hy_v4": [r"\p{N}{1,3}", CJK, DEEPSEEK3],
    "spark2_5": [r"\p{N}{1,3}", CJK, SPARK, r"\p{N}"], "youtu": [YOUTU_SCRIPTS, YOUTU], "smollm": [r"\p{N}", GPT2], "mellum2": [r"\p{N}", GPT2],
    "qwen2": [QWEN2], "f2llmv2": [QWEN2], "solar-open": [QWEN2], "kanana2": [O200K], "talkie": [O200K], "gpt-4o": [O200K], "tekken": [TEKKEN],
    "granite-embed-multi-97m": [O200K], "tiny_aya": [r"\d{1,3}(?=(?:\d{3})*\b)", O200K], "cohere2moe": [r"\d{1,3}(?=(?:\d{3})*\b)", O200K],
    "superbpe": [r"\p{N}+", r"(?=(\d{3})+(?!\d))"], "bailingmoe": [BAILING], "chameleon": CHAMELEON, "exaone-moe": [EXAONE_MOE],
    "ufakzeka": [QWEN2.replace(CONTRACTIONS + "|", "")], "afmoe": [r"\p{N}{1,3}(?=(?:\p{N}{3})*(?!\p{N}))", AFMOE, DEEPSEEK3],
    "laguna": [r"[^\n]+|[\n]+", QWEN2], "whitespace": None,
}
TEXTS = ["Hello World's IT'S we'll don't", "  two  spaces   three    four     five\n\n x\t\ty \r\n end  ", "1 22 333 4444 55555 666666 7777777 x12345y ½ Ⅷ ١٢٣٤",
         "café cafe\u0301 Ünïcode ΑΣ Привет МИР hELLo WORLDhello", "日本語のテキスト 漢字 カタカナー 한국어 ㄱㄴ ㄅㄆ ไทย ລາວ ខ្មែរ မြန်မာ", "$1,000.50 (tax) <b>#a_b-c</b> ~x|y| `code` a/b//c\n/d",
         "!...“quoted”、full：width； 、。", "<sentinel:12> IMGIMGABCZ IMGIMGJZ", "a" + " " * 20 + "b" + " " * 600 + "c", "Türkiye'nin İstanbul'da", "", " ", "\n", "हिन्दी में", "👍🏽 ok👨‍👩‍👧"]


def ranges(pre, text):
    if pre is None:
        splitter = WhitespaceSplit()
    else:
        splitter = Sequence([Split(Regex(e), "isolated") for e in pre])
    at = [0]
    for character in text:
        at.append(at[-1] + len(character.encode()))
    return [[at[begin], at[end]] for _, (begin, end) in splitter.pre_tokenize_str(text)]


with open("gguf_pre.jsonl", "w") as out:
    for name, expressions in NAMES.items():
        cases = [{"text": text, "pieces": ranges(expressions, text)} for text in TEXTS]
        out.write(json.dumps({"pre": name, "cases": cases}, ensure_ascii=False, separators=(",", ":")) + "\n")
