"""What adverts in Chinese groups are made of, whatever they sell: a few dozen cues that a model may weigh before it has seen much.

No cue says that a text is an advert; how much each counts, and in which direction, a group's verdicts teach.
"""

from collections.abc import Sequence
from typing import Any

import re2

_BEGIN = r"^[^\p{L}\p{N}]*"  # of a text; the class \W of RE2 has all ideographs in it
OPENINGS = (
    r"出", r"收", r"[买购]", r"卖", r"求", r"代", r"租", r"换", r"有没有|有无|有没|有人", r"谁", r"招", r"需要|想要", r"给我|给个|借|来个",
)  # fmt: skip
CUES = (
    # Somebody sells, buys, lends, or asks who does.
    r"出(?:个|一|售|号|租|二手|几|点|张)", r"收(?:个|一|购|号|几|点|张)|大量收", r"购买|想买|求购|买.{0,8}[找加私]",
    r"代[购练充发刷做理开写打付拉办]", r"转[让卖]|二手|闲置", r"有没有|有无|谁有|谁出|谁卖|谁要|谁收|谁能|谁代",
    # What.
    r"账号|小号|成品号|老号|实名|养号", r"卡密|激活码|兑换码|会员|点券|套餐", r"优惠券|券后|领券|红包|返利|返水|彩金",
    r"代理|批发|货源|渠道|一手|直招", r"教程|资源|网盘|合集|打包|资料", r"服务器|开服|面板|机器人|工具|软件|脚本",
    r"外挂|辅助|破解|注入|绕过|防封",
    r"美女|妹|约|裸|色|看片|上门|男|女", r"博彩|盘口|上分|下注|赌|棋牌|彩票|开户", r"洗|跑分|卡主|料|通道|资金",
    r"贷|额度|征信|套现|信用卡|花呗", r"微商|减肥|面膜|祛|增高|药",
    # For how much.
    r"\d\s*(?:元|块|圆|r\b|rmb|刀|¥)", r"\d\s*(?:u\b|usd|usdt|\$|w\b|万|k\b)", r"[¥$]\s*\d",
    r"\d+\s*/\s*(?:年|月|天|季|个|小时)|包[年月]|[一每][年月天]", r"原价|现价|特价|半价|\d折|打折|秒杀|限时|活动价|促销",
    r"低价|超低|便宜|优惠|实惠|性价比|划算|包邮|白菜", r"免费|白嫖|公益|赠送|送\d|领取|福利", r"只需|仅需|仅要|只要|仅\d",
    # Where to.
    r"加(?:我|v|q|微|薇|好友|扣|威|卫|w|企鹅|\d{5})", r"私[聊信我戳窗]|小窗", r"联系|咨询|客服",
    r"滴滴|\bdd\b|d我|需要的?[私联加d滴的]|有意", r"群号|进群|加群|入群|裙|外部群|拉群", r"[q扣群号][^\p{L}\p{N}]{0,3}\d{6,}", r"\d{8,}",
    r"\d{5,7}", r"@\w{4,}", r"https?|www|\.com|\.cn|\.top|\.xyz|t\.me|链接|网址|官网", r"扫码|二维码|复制|口令|淘宝|拼多多|支付宝",
    r"名片|头像|主页|看我|名字|频道", r"邀请码|推荐码|注册|输入",
    # What for, and how well.
    r"招[收聘募人商几]|招代理|诚招|急招", r"兼职|日结|日赚|日入|月入|稳赚|赚钱|收入|工资|提现|到账",
    r"工作室|团队|合作|长期|实力|承接|对接", r"稳定|永久|包更新|售后|秒到|自动发", r"诚信|信誉|担保|交易|骗子?|靠谱|正规|放心",
    r"老牌|内部|独家|首发|爆款|王牌|优势|顶级|精品", r"更新|版本|上架|全新|最新|推出|升级", r"[!！]{2,}|[~～]{2,}|[.。·]{4,}|-{4,}",
    r"撤回|勿踢|别踢|不让发|打扰|广告", r"【|\[\+\]|[✓▋●↓➕①]|1\.", r"\n",
)  # fmt: skip
ALL = (*(f"{_BEGIN}(?:{opening})" for opening in OPENINGS), *CUES)
MOST = 12  # that are told apart by number


def _together() -> Any:
    options = re2.Options()
    options.log_errors, options.max_mem = False, 256 << 20
    made = re2.Set.SearchSet(options)
    for cue in ALL:
        made.Add(cue)
    made.Compile()
    return made


_SET = _together()


def cues(texts: Sequence[str]) -> list[list[int]]:
    """The numbers of the cues in each text as it is meant (`normal`), and behind them all how many there are."""
    found = [_SET.Match(text) or [] for text in texts]
    return [[*sorted(seen), len(ALL) + min(len(seen), MOST)] for seen in found]
