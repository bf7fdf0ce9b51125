"""The sending: acceptance, delivery, receipts, callbacks, figures."""
