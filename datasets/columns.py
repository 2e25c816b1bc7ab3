"""Which column is the customer, which the date, which the money?  A guess from names, then from contents.

Names are compared without case, spaces and punctuation, in English, 简体 and 繁體. A column named exactly
customer_id wins over every other id; dollar_value is money and number_of_cds is not; a price per unit is not taken
for the amount of an order. Contents decide where names do not, and overrule a name whose values do not fit.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from datasets.amounts import read_amounts
from datasets.dates import read_dates


@dataclass(frozen=True, kw_only=True)
class Columns:
    """Names of the columns that are read; amount is None where the file has none."""

    customer: str | None = None
    date: str | None = None
    amount: str | None = None


# names as `_key` writes them, the best first
CUSTOMER = (
    "customerid", "customernumber", "customerno", "customercode", "custid", "custno", "clientid",
    "clientno", "memberid", "memberno", "membershipno", "userid", "buyerid", "shopperid", "accountid",
    "contactid", "householdid", "cardid", "cardno", "loyaltycard", "customerkey", "客户编号", "客户id",
    "客户号", "客户代码", "客户编码", "顾客编号", "顾客id", "顾客号", "会员编号", "会员id", "会员号",
    "会员卡号", "用户编号", "用户id", "用户号", "买家id", "买家编号", "客戶編號", "客戶id", "客戶號",
    "客戶代碼", "客戶代號", "顧客編號", "顧客id", "顧客號", "顧客代號", "會員編號", "會員id", "會員號",
    "會員代號", "會員卡號", "用戶編號", "用戶id", "使用者id", "使用者編號", "買家id", "買家編號",
    "customer", "client", "member", "user", "buyer", "shopper", "account", "客户", "顾客", "会员", "用户",
    "买家", "客戶", "顧客", "會員", "用戶", "買家", "买家昵称", "买家会员名", "買家帳號", "客户名称",
    "客户姓名", "客戶名稱", "客戶姓名", "顾客姓名", "顧客姓名", "会员名", "會員姓名", "customername",
    "clientname", "username", "email", "customeremail", "emailaddress", "mail", "phone", "mobile", "手机",
    "手机号", "手机号码", "電話", "手機", "手機號碼", "name", "姓名", "id",
)  # fmt: skip
DATE = (
    "orderedat", "orderdate", "ordertime", "orderdatetime", "purchasedate", "purchasedat", "purchasetime",
    "transactiondate", "transactiontime", "transdate", "saledate", "salesdate", "invoicedate",
    "paymentdate", "paidat", "paiddate", "createdat", "orderedon", "date", "datetime", "timestamp",
    "下单时间", "下单日期", "订单日期", "订单时间", "订单创建时间", "交易日期", "交易时间", "购买日期",
    "购买时间", "消费日期", "消费时间", "付款时间", "付款日期", "支付时间", "成交时间", "销售日期",
    "下單時間", "下單日期", "訂單日期", "訂單時間", "訂單成立時間", "交易時間", "購買日期", "購買時間",
    "消費日期", "消費時間", "付款時間", "銷售日期", "日期", "时间", "時間", "day", "time", "when",
    "created",
)  # fmt: skip
AMOUNT = (
    "amountcents", "amount", "orderamount", "orderamt", "amt", "totalamount", "orderamounttotal",
    "netamount", "grossamount", "amountpaid", "paidamount", "paymentamount", "purchaseamount",
    "transactionamount", "salesamount", "saleamount", "ordertotal", "grandtotal", "total", "totalprice",
    "totalvalue", "ordervalue", "dollarvalue", "monetaryvalue", "monetary", "revenue", "sales", "sale",
    "spend", "spending", "spent", "turnover", "payment", "paid", "value", "price", "money", "实付金额",
    "实付款", "实际支付金额", "支付金额", "付款金额", "订单金额", "交易金额", "消费金额", "成交金额",
    "销售金额", "总金额", "金额", "销售额", "消费额", "总价", "总额", "应付金额", "實付金額", "實付款",
    "支付金額", "付款金額", "訂單金額", "交易金額", "消費金額", "成交金額", "銷售金額", "總金額", "金額",
    "銷售額", "消費額", "總價", "總額", "應付金額", "价格", "價格",
)  # fmt: skip
NEVER_CUSTOMER = re.compile(
    r"order|invoice|product|item|sku|master|trans|session|订单|訂單|商品|产品|產品|店铺|店鋪|流水"
)
NEVER_DATE = re.compile(
    r"birth|dob|join|regist|signup|update|modif|deliver|ship|due|expir|cancel|refund|return|zone|"
    r"出生|生日|注册|註冊|入会|入會|更新|发货|發貨|出貨|送达|送達|到期|退"
)
NEVER_AMOUNT = re.compile(
    r"quantity|qty|unit|count|number|numberof|items|pieces|cds|tax|vat|discount|coupon|shipping|freight|fee|cost|"
    r"point|balance|rate|percent|id$|code|phone|"
    r"数量|數量|件数|件數|个数|個數|单价|單價|税|稅|折扣|优惠|優惠|运费|運費|邮费|成本|积分|積分|余额|餘額|编号|編號|号$|號$|率"
)
CUSTOMER_WORD = re.compile(
    r"customer|client|member|user|buyer|shopper|客户|客戶|顾客|顧客|会员|會員|用户|用戶|买家|買家"
)
DATE_WORD = re.compile(r"date|time|日期|时间|時間")
AMOUNT_WORD = re.compile(
    r"amount|total|price|value|revenue|sales|spend|paid|金额|金額|总价|總價|销售额|銷售額|价|價"
)
SUMMARY_NAMES = {"x", "frequency", "recency", "tx", "t", "age", "monetaryvalue", "survivors", "meanspend"}
UNIT_PRICE = re.compile(r"unitprice|priceperunit|单价|單價")


def guess_columns(
    columns: Sequence[str], *, sample: Mapping[str, Sequence[str]] | None = None, known: Columns | None = None
) -> Columns:
    """The columns that look like customer, date and amount; None where none does.

    ``sample`` gives some values of each column, so that contents can decide too; ``known`` are choices that stand.

    >>> guess_columns(["master_id", "customer_id", "date", "number_of_cds", "dollar_value"])
    Columns(customer='customer_id', date='date', amount='dollar_value')
    >>> guess_columns(["订单编号", "会员号", "下单时间", "数量", "实付金额"])
    Columns(customer='会员号', date='下单时间', amount='实付金额')
    """
    chosen = known or Columns()
    free = [name for name in columns if name not in (chosen.customer, chosen.date, chosen.amount)]
    if chosen.date is None:
        ranked = _ranked(free, DATE, DATE_WORD, NEVER_DATE)
        if sample is not None:
            ranked = (
                [name for name in ranked if _share_of_dates(sample[name]) >= 0.5]
                or [
                    # by contents: the first column of dates that is not said to be something else
                    name
                    for name in free
                    if name not in ranked
                    and not NEVER_DATE.search(_key(name))
                    and _share_of_dates(sample[name]) >= 0.8
                ]
                or ranked
            )
        chosen = replace(chosen, date=ranked[0] if ranked else None)
        free = [name for name in free if name != chosen.date]
    if chosen.customer is None:
        ranked = _ranked(free, CUSTOMER, CUSTOMER_WORD, NEVER_CUSTOMER)
        if sample is not None and len(ranked) > 1:
            ranked = [name for name in ranked if any(text.strip() for text in sample[name])] or ranked
        chosen = replace(chosen, customer=ranked[0] if ranked else None)
        free = [name for name in free if name != chosen.customer]
    if chosen.amount is None:
        ranked = _ranked(free, AMOUNT, AMOUNT_WORD, NEVER_AMOUNT)
        if sample is not None:
            ranked = [name for name in ranked if _share_of_amounts(sample[name]) >= 0.5] or [
                name
                for name in free
                if not NEVER_AMOUNT.search(_key(name)) and _looks_like_money(sample[name])
            ]
        chosen = replace(chosen, amount=ranked[0] if ranked else None)
        free = [name for name in free if name != chosen.amount]
    if chosen.customer is None and sample is not None:
        # by contents: only where a single column is left that could be one
        left = [name for name in free if _could_be_customer(name, sample[name])]
        chosen = replace(chosen, customer=left[0] if len(left) == 1 else None)
    return chosen


def looks_like_summary(columns: Sequence[str]) -> bool:
    """Whether the names are those of a recency–frequency table, one row a customer."""
    return len(SUMMARY_NAMES.intersection(map(_key, columns))) >= 2


def is_cents(column: str | None) -> bool:
    """Whether a money column counts cents: only one that is named exactly amount_cents."""
    return column is not None and column.strip().lower() == "amount_cents"


def _key(name: str) -> str:
    """A name without case, spaces and punctuation.

    >>> _key("Order Date (UTC)"), _key("实付金额（元）")
    ('orderdate', '实付金额')
    """
    name = unicodedata.normalize("NFKC", name).lower()
    name = re.sub(r"\((?:utc|usd|eur|gbp|cny|rmb|twd|元|nt\$|\$|€|£|¥)\)|\[.*?\]", "", name)
    return re.sub(r"[\W_]+", "", name)


def _ranked(names: Sequence[str], known: Sequence[str], word: re.Pattern, never: re.Pattern) -> list[str]:
    """Names that fit, the best first: known names in their order, then names that hold a telling word."""
    scored: list[tuple[int, bool, int, str]] = []
    for position, name in enumerate(names):
        key = _key(name)
        if key in known:
            scored.append((known.index(key), name != "customer_id", position, name))
        elif word.search(key) and not never.search(key):
            scored.append((len(known), True, position, name))
    return [name for *_, name in sorted(scored)]


def _filled(texts: Sequence[str]) -> list[str]:
    return [text for text in texts if text and text.strip()]


def _share_of_dates(texts: Sequence[str]) -> float:
    texts = _filled(texts)
    return float((read_dates(texts).reasons == "").mean()) if texts else 0.0


def _share_of_amounts(texts: Sequence[str]) -> float:
    texts = _filled(texts)
    if not texts:
        return 0.0
    reasons = read_amounts(texts).reasons
    return float(((reasons == "") | (reasons == "refund")).mean())


def _looks_like_money(texts: Sequence[str]) -> bool:
    """Amounts, most with decimals or a currency: a whole number may be anything."""
    texts = _filled(texts)
    marked = sum(1 for text in texts if re.search(r"[.,]\d{2}\D*$|[$€£¥￥元]", text))
    return bool(texts) and marked >= 0.5 * len(texts) and _share_of_amounts(texts) >= 0.8


def _could_be_customer(name: str, texts: Sequence[str]) -> bool:
    texts, key = _filled(texts), _key(name)
    if not texts or NEVER_CUSTOMER.search(key) or NEVER_AMOUNT.search(key.removesuffix("id")):
        return False
    return _share_of_dates(texts) < 0.5 and not _looks_like_money(texts)
