"""Changes of templates under control: proposed, reviewed, published at once or when it is time."""
