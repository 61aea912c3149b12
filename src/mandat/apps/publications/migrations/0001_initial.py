from django.db import migrations, models

from mandat.web.migrating import CreateModels


class Migration(migrations.Migration):

    initial = True

    dependencies = [
    ]

    operations = [
        CreateModels(
            [
                migrations.CreateModel(
                    name='SeenStanding',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('programme', models.SlugField(max_length=60)),
                        ('commitment', models.CharField(max_length=10)),
                        ('status', models.CharField(max_length=20)),
                        ('stale_since', models.DateField(null=True)),
                        ('regressed', models.BooleanField(default=False)),
                        ('value', models.DecimalField(decimal_places=6, max_digits=24, null=True)),
                    ],
                    options={
                        'constraints': [models.UniqueConstraint(models.F('programme'), models.F('commitment'), name='one_seen_standing')],
                    },
                ),
                migrations.CreateModel(
                    name='Change',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('programme', models.SlugField(max_length=60)),
                        ('commitment', models.CharField(max_length=10)),
                        ('what', models.CharField(choices=[('status', 'status changed'), ('stale', 'figures out of date'), ('regressed', 'figure went back')], max_length=10)),
                        ('before', models.CharField(blank=True, max_length=40)),
                        ('after', models.CharField(max_length=40)),
                        ('on', models.DateField()),
                    ],
                    options={
                        'indexes': [models.Index(models.F('programme'), models.F('id'), name='changes_in_order')],
                    },
                ),
            ]
        ),
    ]
