"""Recipients: parse, normalise, refuse. Pure: values in, values out."""
