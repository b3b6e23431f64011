"""What a call costs: prices from the list that genai-prices ships. A model that it does not know costs None, not 0."""

from blocks.model.endpoint import Endpoint

OVERHEAD = 16  # tokens of a chat template per message, at most, in the families that were looked at


def cost(endpoint: Endpoint, tokens_in: int, tokens_out: int, cached: int = 0) -> float | None:
    """Return US dollars, or None where the price is unknown. A model on the owner's own machine costs nothing."""
    if endpoint.usd_per_million is not None:
        each_in, each_out = endpoint.usd_per_million
        return (tokens_in * each_in + tokens_out * each_out) / 1_000_000
    if endpoint.provider == "local":
        return 0.0
    from genai_prices import Usage, calc_price

    usage = Usage(input_tokens=tokens_in, output_tokens=tokens_out, cache_read_tokens=min(cached, tokens_in))
    try:
        if endpoint.provider:
            found = calc_price(usage, endpoint.model, provider_id=endpoint.provider)
        else:
            found = calc_price(usage, endpoint.model, provider_api_url=endpoint.base_url)
    except (LookupError, ValueError):  # no such provider or model in the list; counts that it cannot price
        return None
    return float(found.total_price)


def most_tokens(messages: list[dict[str, str]]) -> int:
    """Return an upper bound of the tokens of a request, without a tokenizer.

    Byte-level BPE makes at most one token of each UTF-8 byte; texts of this kind come to a quarter of that. It is a
    bound that no call passes, not a guess.
    """
    return sum(len(message["content"].encode("utf-8")) + OVERHEAD for message in messages)
