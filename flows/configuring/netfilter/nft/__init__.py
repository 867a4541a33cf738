"""The language of nft: text and JSON become the same expressions, expressions become boxes."""
