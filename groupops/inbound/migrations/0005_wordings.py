"""Notes are kept as numbers of wordings. Those of before keep their words, and are read as before."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("inbound", "0004_emptied")]

    operations = [
        migrations.CreateModel(
            name="Wording",
            fields=[
                ("number", models.BigIntegerField(primary_key=True, serialize=False)),
                ("step", models.CharField(max_length=120)),
                ("did", models.TextField()),
            ],
            options={
                "verbose_name": "wording",
            },
        ),
    ]
