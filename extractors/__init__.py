"""IN: the only place that knows the network, and the formats that come from it."""
