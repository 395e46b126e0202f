"""Texts to be spoken, full of secrets that must not leave the log. All of it is invented."""
import random

GIVEN = ["思远", "若溪", "嘉禾", "念慈", "景行", "望舒", "知夏", "云帆", "书瑶", "子衿"]
FAMILY = ["欧阳", "司徒", "诸葛", "上官", "慕容", "陆", "沈", "韩", "顾", "秦"]
STREETS = ["听雨巷", "望江路", "梧桐里", "石桥弄", "采薇街"]
THINGS = ["体检报告", "房产证", "缴费单", "录用信", "化验单"]
FIRST = ["Olivia", "Marcus", "Ingrid", "Desmond", "Priya", "Tobias", "Noemi", "Hector"]
LAST = ["Marchetti", "Lindqvist", "Okafor", "Vasquez", "Thornbury", "Kowalczyk", "Ferreira"]
CHINESE = [
    "{name}女士您好，您的{thing}已经送到{street}{number}号，请凭取件码{password}领取。",
    "请拨打{phone}找{name}，口令是{password}，千万别让旁人听见！",
    "{name}的病历编号是{order}，复诊改到下周二上午，您记下了吗？",
    "编号{order}的{thing}由{name}代领，他的电话是{phone}。",
]
ENGLISH = [
    "Please tell {name} that the new password is {password}. ",
    "The order {order} was signed for by {name} at number {number}! ",
    "Call {phone} and ask for {name}, would you? ",
]
PROMPT = "今天的会议就开到这里，谢谢各位。"
ASSISTANT = "You are a helpful assistant.<|endofprompt|>"


class Texts:
    """Makes texts, and remembers what in them is a secret."""

    def __init__(self, seed):
        self.random = random.Random(seed)
        self.made, self.needles = [], set()

    def secret(self, value):
        self.needles.add(value)
        return value

    def sentence(self, english=False):
        draw = self.random
        name = (draw.choice(FIRST) + " " + draw.choice(LAST)) if english else draw.choice(FAMILY) + draw.choice(GIVEN)
        template = draw.choice(ENGLISH if english else CHINESE)
        values = {
            "name": name, "thing": draw.choice(THINGS), "street": draw.choice(STREETS), "number": draw.randint(2, 399),
            "phone": "19%09d" % draw.randrange(10**9), "order": "KX%06dQ" % draw.randrange(10**6),
            "password": "".join(draw.choice("bcdfghjkmnpqrtvwxz") for _ in range(9)),
        }
        for field in ("name", "phone", "order", "password", "street"):
            if "{" + field + "}" in template:
                self.secret(values[field])
        return template.format(**values)

    def text(self, segments=1, english=False):
        """A text of about so many segments."""
        return self.keep("".join(self.sentence(english) for _ in range(2 * segments)))

    def short(self):
        return self.keep("%s到了。" % self.secret(self.random.choice(FAMILY) + self.random.choice(GIVEN)))

    def keep(self, text):
        self.made.append(text)
        return text
